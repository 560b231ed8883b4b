import type { AttributeValue, GraphNode } from '../model.ts'
import { EXPORT_AGAIN, Refusal } from './refusal.ts'

/** Typed reading of one node's attributes; one of another type than the standard's is refused. */
export interface Attributes {
  has(name: string): boolean
  int(name: string, missing: number): number
  float(name: string, missing: number): number
  text(name: string, missing: string): string
  ints(name: string): number[]
  floats(name: string): number[]
  texts(name: string): string[]
  tensor(name: string): Extract<AttributeValue, { kind: 'tensor' }>['value'] | null
}

export function attributesOf(node: GraphNode): Attributes {
  const byName = new Map(node.attributes.map(({ name, value }) => [name, value]))
  function take<K extends AttributeValue['kind']>(
    name: string,
    kind: K,
  ): Extract<AttributeValue, { kind: K }> | null {
    const value = byName.get(name)
    if (value === undefined) return null
    if (value.kind === kind) return value as Extract<AttributeValue, { kind: K }>
    throw new Refusal(
      `The attribute ${name} of ${node.opType} is ${value.kind}, not ${kind}.`,
      EXPORT_AGAIN,
    )
  }
  return {
    has: (name) => byName.has(name),
    int: (name, missing) => Number(take(name, 'int')?.value ?? missing),
    float: (name, missing) => take(name, 'float')?.value ?? missing,
    text: (name, missing) => take(name, 'string')?.value ?? missing,
    ints: (name) => Array.from(take(name, 'ints')?.values ?? [], Number),
    floats: (name) => {
      const values = Array.from(take(name, 'floats')?.values ?? [])
      if (!values.some(Number.isNaN)) return values
      throw new Refusal(`${node.opType} has NaN among its ${name}.`, EXPORT_AGAIN)
    },
    texts: (name) => take(name, 'strings')?.values ?? [],
    tensor: (name) => take(name, 'tensor')?.value ?? null,
  }
}
