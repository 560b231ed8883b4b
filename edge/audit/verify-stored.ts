import { type Anchor, anchorOf } from '#shared/audit/anchor.ts'
import { sha256 } from '#shared/audit/sha256.ts'
import { type ChainPlace, type Verdict, verifyChain } from '#shared/audit/verify.ts'
import { anchoredEntries, spread, storedAnchors } from './anchor-files.ts'
import type { AnchorKeys } from './anchor-keys.ts'
import { type AuditStore, storedHead } from './append.ts'
import { chainRows } from './chain-rows.ts'

/** Half a second of hashing, and some forty pages. */
const MAX_ENTRIES = 20_000

/** Where the chain of a workspace and its anchors are. */
export interface StoredChain {
  workspaceId: string
  store: AuditStore
  bucket: R2Bucket
  keys: Pick<AnchorKeys, 'verify'>
}

export interface StoredVerdict {
  verdict: Verdict
  /** Where the next walk goes on; null when the end was reached or something is wrong. */
  next: ChainPlace | null
}

/**
 * Verifies a stretch of the stored chain, with the anchors along it. What is appended meanwhile is left for
 * the next time.
 *
 * @param from where an earlier walk ended
 * @throws what the store, the bucket or the control database throws
 */
export async function verifyStored(
  { workspaceId, store, bucket, keys }: StoredChain,
  from?: ChainPlace,
): Promise<StoredVerdict> {
  // Anchors first: one that is written after the head was read would seem to stand beyond the end.
  const places = await anchoredEntries(bucket, workspaceId, from?.seq ?? 0)
  const head = await storedHead(store, workspaceId)
  const start = from?.seq ?? 0
  const upTo = Math.min(start + MAX_ENTRIES, Math.max(head.seq, start))
  const isWhole = upTo >= head.seq
  const along = spread(places.filter((seq) => seq <= upTo))
  const beyond = isWhole ? places.filter((seq) => seq > upTo).slice(0, 1) : []
  const stored = await storedAnchors(bucket, workspaceId, [...along, ...beyond])
  const anchors: Anchor[] = []
  for (const { seq, jws } of stored) {
    anchors.push(anchorOf(await keys.verify(jws), workspaceId, seq))
  }
  const verdict = await verifyChain(
    { workspaceId, rows: chainRows(store, start, upTo), anchors, from, isWhole },
    sha256,
  )
  const isGoingOn = verdict.kind === 'whole' && !isWhole
  return { verdict, next: isGoingOn ? verdict.head : null }
}
