import { z } from 'zod'
import { AuditRow } from './entry.ts'

/** The entries of one time: a part of the chain without a gap, so that what is missing from it is noticed. */
export const ExportStretch = z.object({
  /** What was asked for in Unix milliseconds, inclusive; null for the beginning. */
  from: z.number().nullable(),
  /** Exclusive; null for the end. */
  to: z.number().nullable(),
  /** The entry that the first one follows; null where the chain begins with it, or nothing was found. */
  after: z.object({ seq: z.number().int(), hash: z.string(), prevHash: z.string() }).nullable(),
  /** Anchors of entries in it (compact JWS), ascending. */
  anchors: z.array(z.string()),
})
export type ExportStretch = z.infer<typeof ExportStretch>

/** An export is NDJSON: first whose chain it is, then its entries, last the signed head. */
export const ExportLine = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('chain'),
    workspaceId: z.string(),
    /** Public keys (JWK) that anchors are signed with, retired ones too. */
    keys: z.array(z.record(z.string(), z.unknown())),
    /** Left out where it is the whole log. */
    stretch: ExportStretch.optional(),
  }),
  z.object({ kind: z.literal('entry'), entry: AuditRow }),
  z.object({
    kind: z.literal('head'),
    seq: z.number().int(),
    /**
     * Compact JWS of an AnchoredHead; null where the edge did not sign: the log does not follow from its last
     * anchor, or the stretch ends before the log does.
     */
    anchor: z.string().nullable(),
  }),
])
export type ExportLine = z.infer<typeof ExportLine>
