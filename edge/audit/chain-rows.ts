import type { AuditActor, AuditRow, SaltedValues } from '#shared/audit/entry.ts'
import type { AuditStore } from './append.ts'

const PAGE_ROWS = 500

const COLUMNS = `e.seq, e.id, e.at, e.action, e.actor_kind, e.actor_id, e.session_id, e.subject_kind,
  e.subject_id, e.country, e.client, e.values_hash, e.prev_hash, e.hash,
  v.salt, v.reason, v.before, v.after`

/** Entries with the values that are left of them. */
export const SELECT_ENTRIES = `SELECT ${COLUMNS}
  FROM audit_entries e LEFT JOIN audit_values v ON v.seq = e.seq`

/**
 * The stored chain in its order, a page of rows at a time. What stands there is given as it stands: whether
 * it is true is for the verification to say.
 *
 * @param after exclusive
 * @param upTo inclusive
 */
export async function* chainRows(
  store: AuditStore,
  after: number,
  upTo: number,
): AsyncGenerator<AuditRow> {
  for (let last = after; ; ) {
    const { rows } = await store.execute({
      sql: `${SELECT_ENTRIES} WHERE e.seq > ? AND e.seq <= ? ORDER BY e.seq LIMIT ${PAGE_ROWS}`,
      args: [last, upTo],
    })
    for (const row of rows) {
      const entry = auditRowOf(row)
      last = entry.seq
      yield entry
    }
    if (rows.length < PAGE_ROWS) return
  }
}

export function auditRowOf(row: Record<string, unknown>): AuditRow {
  const text = (column: string) => String(row[column])
  const nullable = (column: string) => (row[column] === null ? null : text(column))
  return {
    seq: Number(row.seq),
    id: text('id'),
    at: Number(row.at),
    action: text('action'),
    actor: actorOfRow(row),
    subject: { kind: text('subject_kind'), id: text('subject_id') },
    from: { country: nullable('country'), client: nullable('client') },
    valuesHash: nullable('values_hash'),
    prevHash: text('prev_hash'),
    hash: text('hash'),
    values: valuesOfRow(row),
  }
}

function actorOfRow({ actor_kind, actor_id, session_id }: Record<string, unknown>): AuditActor {
  const id = String(actor_id)
  const isPerson = actor_kind === 'person'
  switch (isPerson === (session_id !== null) && actor_kind) {
    case 'person':
      return { kind: 'person', userId: id, sessionId: String(session_id) }
    case 'key':
      return { kind: 'key', prefix: id }
    case 'job':
      return { kind: 'job', name: id }
    // Only somebody who writes the database makes another one; the hash then says so.
    default:
      return { kind: 'job', name: `${actor_kind} ${id} ${session_id}` }
  }
}

function valuesOfRow({
  salt,
  reason,
  before,
  after,
}: Record<string, unknown>): SaltedValues | null {
  if (salt === null) return null
  return {
    salt: String(salt),
    reason: reason === null ? null : String(reason),
    before: jsonOr(before),
    after: jsonOr(after),
  }
}

/** What is no JSON any more was changed; as a text it has another hash, and can be looked at. */
function jsonOr(text: unknown): SaltedValues['before'] {
  try {
    return JSON.parse(String(text))
  } catch {
    return String(text)
  }
}
