import fc from 'fast-check'
import { chainEntry, emptyChain } from './chain.ts'
import type { AuditRow, NotedChange } from './entry.ts'
import { sha256 } from './sha256.ts'

export const WORKSPACE = 'demo'

const actor = fc.oneof(
  fc.record({ kind: fc.constant('person' as const), userId: fc.uuid(), sessionId: fc.uuid() }),
  fc.record({ kind: fc.constant('key' as const), prefix: fc.string() }),
  fc.record({ kind: fc.constant('job' as const), name: fc.string() }),
)
const nullable = (of: fc.Arbitrary<string>) => fc.option(of, { nil: null })

// -0 and 0 are one in JSON, and nothing else is.
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)))

export const anyChange: fc.Arbitrary<NotedChange> = fc.record({
  entry: fc.record({
    id: fc.uuid(),
    at: fc.nat(),
    action: fc.constantFrom('slots.saved', 'members.changed', 'keys.revoked'),
    actor,
    subject: fc.record({ kind: fc.constantFrom('slot', 'member'), id: fc.string() }),
    from: fc.record({ country: nullable(fc.string()), client: nullable(fc.string()) }),
  }),
  values: fc.option(fc.record({ reason: nullable(fc.string()), before: json, after: json }), {
    nil: null,
  }),
})

/** A right chain of these changes. */
export async function chainOf(changes: readonly NotedChange[]): Promise<AuditRow[]> {
  const rows: AuditRow[] = []
  let head = await emptyChain(WORKSPACE, sha256)
  for (const [index, change] of changes.entries()) {
    const row = await chainEntry(head, change, index.toString(16).padStart(32, '0'), sha256)
    rows.push(row)
    head = row
  }
  return rows
}

export async function* streamOf<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows
}
