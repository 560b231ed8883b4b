import { z } from 'zod'
import { AuditActor, AuditFrom } from '#shared/audit/entry.ts'

/** An entry as people read it. */
export const AuditItem = z.object({
  seq: z.number(),
  /** Unix milliseconds. */
  at: z.number(),
  action: z.string(),
  sentence: z.string(),
  actor: AuditActor,
  subject: z.object({ kind: z.string(), id: z.string() }),
  from: AuditFrom,
  hash: z.string(),
  values: z.object({ reason: z.string().nullable(), before: z.json(), after: z.json() }).nullable(),
  /** Whether there were values that were erased. */
  erased: z.boolean(),
})
export type AuditItem = z.infer<typeof AuditItem>

const Time = z.number().int().nonnegative().nullish()

/** Unix milliseconds. */
export const AuditRange = z.object({
  /** Inclusive; from the beginning where there is none. */
  from: Time,
  /** Exclusive; to the end where there is none. */
  to: Time,
})
export type AuditRange = z.infer<typeof AuditRange>

export const AuditFilter = AuditRange.extend({
  action: z.string().nullable(),
  /** A user's id, a key's prefix or a job's name. */
  actor: z.string().nullable(),
})
export type AuditFilter = z.infer<typeof AuditFilter>

export const AuditPage = z.object({
  /** The newest first. */
  items: z.array(AuditItem),
  /** Where to go on; null at the end. */
  next: z.string().nullable(),
})
export type AuditPage = z.infer<typeof AuditPage>

export const AuditStretch = z.object({
  verdict: z.enum(['whole', 'broken']),
  /** One sentence for people. */
  sentence: z.string(),
  /** The first entry that is wrong. */
  brokenSeq: z.number().nullable(),
  /** The last entry that was looked at and is right. */
  upTo: z.number().nullable(),
  /** Where to go on; null when the whole log was walked. */
  next: z.string().nullable(),
})
export type AuditStretch = z.infer<typeof AuditStretch>

const Cursor = z.string().nullable()

/** These ask the edge: nothing of it is kept on this computer. */
export const AUDIT_METHODS = {
  'audit.list': {
    input: z.object({
      filter: AuditFilter,
      cursor: Cursor,
      limit: z.number().int().min(1).max(200),
    }),
    output: AuditPage,
  },
  /** Verifies a stretch of the log. */
  'audit.verify': { input: z.object({ cursor: Cursor }), output: AuditStretch },
  /**
   * The log, or the stretch of it that holds a time, as newline-delimited JSON; null where it is too long to be
   * handed to a page.
   */
  'audit.export': {
    input: AuditRange,
    output: z.object({ fileName: z.string(), text: z.string().nullable() }),
  },
} as const
