import { z } from 'zod'
import type { AuditAction } from './actions.ts'

/** Who did it. Ids alone: names and addresses of people stand where they can be erased. */
export const AuditActor = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), userId: z.string(), sessionId: z.string() }),
  z.object({ kind: z.literal('key'), prefix: z.string() }),
  z.object({ kind: z.literal('job'), name: z.string() }),
])
export type AuditActor = z.infer<typeof AuditActor>

/** From where, as roughly as serves: no address and no user agent. */
export const AuditFrom = z.object({ country: z.string().nullable(), client: z.string().nullable() })
export type AuditFrom = z.infer<typeof AuditFrom>

/** Who asked, from where, and why if they said so. */
export interface AuditOrigin {
  actor: AuditActor
  from: AuditFrom
  reason?: string | null
}

/**
 * What was done. The id is made with the change, so that an entry sent twice is taken once. The action is
 * not narrowed when read: during a deployment a newer edge may have written it.
 */
export const AuditEntry = z.object({
  id: z.string().min(1).max(100),
  /** Unix milliseconds */
  at: z.number().int().nonnegative(),
  action: z.string().regex(/^[a-z_]+\.[a-z_]+$/),
  actor: AuditActor,
  subject: z.object({ kind: z.string().min(1), id: z.string() }),
  from: AuditFrom,
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** What may name people: why, and what was there before and after. Kept apart, so that it can be erased. */
export const AuditValues = z.object({
  reason: z.string().nullable(),
  /** JSON; null where there is nothing to say. */
  before: z.json(),
  after: z.json(),
})
export type AuditValues = z.infer<typeof AuditValues>

/** With the salt that hides them behind their hash: 128 random bits in hexadecimal, erased with them. */
export const SaltedValues = AuditValues.extend({ salt: z.string() })
export type SaltedValues = z.infer<typeof SaltedValues>

/** An entry and its values on the way to the chain. */
export const NotedChange = z.object({ entry: AuditEntry, values: AuditValues.nullable() })
export type NotedChange = z.infer<typeof NotedChange>

/** An entry in its place. Hashes are SHA-256 in hexadecimal. */
export const ChainedEntry = AuditEntry.extend({
  /** From 1, without gaps. */
  seq: z.number().int(),
  /** Null for an entry without values. */
  valuesHash: z.string().nullable(),
  prevHash: z.string(),
  hash: z.string(),
})
export type ChainedEntry = z.infer<typeof ChainedEntry>

/** An entry as it is stored and exported: values are null where there were none or they were erased. */
export const AuditRow = ChainedEntry.extend({ values: SaltedValues.nullable() })
export type AuditRow = z.infer<typeof AuditRow>

/**
 * Notes a change under a new id; without a reason and values it has none. A reason of the change itself goes
 * before the one that came with the request.
 */
export function notedChange(
  origin: AuditOrigin,
  change: {
    action: AuditAction
    subject: AuditEntry['subject']
    /** Unix milliseconds */
    at: number
  } & Partial<AuditValues>,
): NotedChange {
  const { actor, from } = origin
  const { action, subject, at, before = null, after = null } = change
  const reason = change.reason ?? origin.reason ?? null
  const hasValues = reason !== null || before !== null || after !== null
  return {
    entry: { id: crypto.randomUUID(), at, action, actor, subject, from },
    values: hasValues ? { reason, before, after } : null,
  }
}
