import type { InStatement } from '@libsql/client/web'
import { type AuditOrigin, notedChange } from '#shared/audit/entry.ts'
import { type SubjectHash, subjectHash } from '#shared/erasure/subject-hash.ts'
import { pendingAuditStatement } from './pending.ts'

const KIND = 'identity_link'

/** The id of a link names people, so that an entry has its keyed hash. */
const linkSubject = (linkId: string) => `link:${linkId}`

/** Puts on record that a statement about who is who was taken back or restored. @param key of subject hashes */
export function linkUndoRecord(
  origin: AuditOrigin,
  linkId: string,
  undone: boolean,
  reason: string,
  key: string,
  now: number,
): InStatement {
  return pendingAuditStatement(
    notedChange(origin, {
      action: undone ? 'identity_links.undone' : 'identity_links.restored',
      subject: { kind: KIND, id: subjectHash(key)(linkSubject(linkId)) },
      at: now,
      reason,
      before: { linkId, undone: !undone },
      after: { linkId, undone },
    }),
  )
}

const HASHES = '(SELECT value FROM json_each(?))'

/** Erases what the log says about these links, in the chain and on the way to it; their entries stay. */
export function eraseLinkValues(linkIds: readonly string[], hashOf: SubjectHash): InStatement[] {
  if (linkIds.length === 0) return []
  const hashes = JSON.stringify(linkIds.map((id) => hashOf(linkSubject(id))))
  return [
    {
      sql: `DELETE FROM audit_values WHERE seq IN (
              SELECT seq FROM audit_entries WHERE subject_kind = '${KIND}' AND subject_id IN ${HASHES})`,
      args: [hashes],
    },
    {
      sql: `UPDATE audit_pending SET "values" = NULL
            WHERE entry ->> '$.subject.kind' = '${KIND}' AND entry ->> '$.subject.id' IN ${HASHES}`,
      args: [hashes],
    },
  ]
}
