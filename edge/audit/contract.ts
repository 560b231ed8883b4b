import { z } from '@hono/zod-openapi'
import { BREAK_KINDS } from '#shared/audit/chain-break.ts'
import { AuditActor, AuditFrom, AuditValues } from '#shared/audit/entry.ts'

/** An entry as people read it. */
export const AuditEntryRead = z
  .object({
    seq: z.number(),
    id: z.string(),
    at: z.number(),
    action: z.string(),
    sentence: z.string().openapi({ description: 'The action, for people' }),
    actor: AuditActor,
    subject: z.object({ kind: z.string(), id: z.string() }),
    from: AuditFrom,
    hash: z.string(),
    values: AuditValues.extend({ before: z.unknown(), after: z.unknown() }).nullable().openapi({
      description: 'Null where there were none, or where somebody whom they named was erased',
    }),
    erased: z.boolean().openapi({ description: 'Whether there were values that were erased' }),
  })
  .openapi('AuditEntry')
export type AuditEntryRead = z.infer<typeof AuditEntryRead>

export const AuditVerdict = z
  .object({
    verdict: z.enum(['whole', 'broken']),
    sentence: z.string(),
    broken: z
      .object({ kind: z.enum(BREAK_KINDS), seq: z.number() })
      .nullable()
      .openapi({ description: 'The first entry that is wrong, and how' }),
    upTo: z
      .number()
      .nullable()
      .openapi({ description: 'The last entry that was looked at and is right' }),
    anchoredUpTo: z
      .number()
      .nullable()
      .openapi({ description: 'What stands behind this entry no anchor of this walk vouches for' }),
    next: z
      .string()
      .nullable()
      .openapi({ description: 'Ask on with it as `cursor`; null at the end of the log' }),
  })
  .openapi('AuditVerdict')
export type AuditVerdict = z.infer<typeof AuditVerdict>
