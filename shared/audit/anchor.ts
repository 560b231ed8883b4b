import { z } from 'zod'

/** A signed statement that a chain had this head: what an anchor says. */
export const AnchoredHead = z.strictObject({
  workspaceId: z.string(),
  seq: z.number().int().positive(),
  hash: z.string(),
  /** When it was signed, Unix milliseconds. */
  at: z.number().int(),
})
export type AnchoredHead = z.infer<typeof AnchoredHead>

/** An anchor after its signature was looked at. */
export type Anchor =
  | { kind: 'signed'; seq: number; hash: string }
  /** Not by a key of ours, not for this workspace, or of another entry than its place says. */
  | { kind: 'not_signed'; seq: number }

/** @param said what a right signature stands under, null where it is not right */
export function anchorOf(said: AnchoredHead | null, workspaceId: string, seq?: number): Anchor {
  const isOurs = said?.workspaceId === workspaceId && (seq ?? said.seq) === said.seq
  return said && isOurs
    ? { kind: 'signed', seq: said.seq, hash: said.hash }
    : { kind: 'not_signed', seq: seq ?? said?.seq ?? 0 }
}
