import { z } from 'zod'
import { RpcError } from '#rpc/rpc-error.ts'

/** Where a page of a sorted list ended, as an opaque text: the sort key of its last row. */
export const encodeCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url')

/**
 * @throws RpcError `bad_payload` for what is not a cursor of this list.
 */
export const decodeCursor = <T extends readonly (string | number)[]>(
  schema: z.ZodType<T>,
  cursor: string,
): T => {
  const parsed = schema.safeParse(jsonOf(cursor))
  if (parsed.success) return parsed.data
  throw new RpcError({
    kind: 'bad_payload',
    message: 'This page of the list cannot be found any more.',
    next: 'Start at the top of the list again.',
  })
}

const jsonOf = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** The items of a page read with one row too many, and the cursor to the next page if there is one. */
export const pageOf = <Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number)[],
): { rows: Row[]; next: string | null } => {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const more = rows.length > limit && last !== undefined
  return { rows: page, next: more ? encodeCursor(keyOf(last)) : null }
}

/** `%` and `_` of what people type are letters, not wildcards. */
export const likePattern = (text: string): string =>
  `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`

/** JSON that we wrote ourselves; what does not parse was damaged and counts as absent. */
export const storedJson = <T>(schema: z.ZodType<T>, text: string | null, absent: T): T => {
  if (text === null) return absent
  try {
    const parsed = schema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : absent
  } catch {
    return absent
  }
}

export const JsonObject = z.record(z.string(), z.unknown())
