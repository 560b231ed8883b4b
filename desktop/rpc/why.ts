import { z } from 'zod'
import { MAX_REASON_CHARS } from '#shared/audit/reason.ts'

/** Why something is changed, in the person's own words; the audit log keeps it. */
export const Why = z.object({ reason: z.string().trim().max(MAX_REASON_CHARS).optional() })
