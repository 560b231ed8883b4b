import { z } from 'zod'
import { AuditRow } from './entry.ts'

/** An export is NDJSON: first whose chain it is, then its entries, last the signed head. */
export const ExportLine = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('chain'),
    workspaceId: z.string(),
    /** Public keys (JWK) that anchors are signed with, retired ones too. */
    keys: z.array(z.record(z.string(), z.unknown())),
  }),
  z.object({ kind: z.literal('entry'), entry: AuditRow }),
  z.object({
    kind: z.literal('head'),
    seq: z.number().int(),
    /** Compact JWS of an AnchoredHead; null where the edge did not sign: the log does not follow from its last anchor. */
    anchor: z.string().nullable(),
  }),
])
export type ExportLine = z.infer<typeof ExportLine>
