import type { AnchoredHead } from '#shared/audit/anchor.ts'
import type { ChainBreak } from '#shared/audit/chain-break.ts'
import { sha256 } from '#shared/audit/sha256.ts'
import { verifyChain } from '#shared/audit/verify.ts'
import { anchoredEntries, putAnchor, storedAnchors } from './anchor-files.ts'
import type { AnchorKeys } from './anchor-keys.ts'
import { type AuditStore, storedHead } from './append.ts'
import { chainRows } from './chain-rows.ts'

export type AnchorAnswer =
  /** `jws` is the anchor of the newest entry, made now or before. */
  | { kind: 'anchored'; jws: string; head: AnchoredHead }
  | { kind: 'nothing_to_anchor' }
  /** The chain does not follow from its last anchor; nothing was signed. */
  | { kind: 'broken'; found: ChainBreak }

/**
 * Signs the head of the chain and puts it into the bucket, after a look whether what came since the last
 * anchor follows from it: so a chain that was written anew is never signed, and the newest anchor vouches
 * for all before it.
 *
 * @throws what the store, the bucket, the control database or the sealer throws
 */
export async function anchorChain(
  workspaceId: string,
  store: AuditStore,
  bucket: R2Bucket,
  keys: AnchorKeys,
  now: number,
): Promise<AnchorAnswer> {
  const newest = (await anchoredEntries(bucket, workspaceId, 0)).at(-1) ?? 0
  const [stored] = await storedAnchors(bucket, workspaceId, newest ? [newest] : [])
  const last = stored ? await keys.verify(stored.jws) : null
  if (stored && (last?.workspaceId !== workspaceId || last.seq !== stored.seq)) {
    return { kind: 'broken', found: { kind: 'anchor_not_signed', seq: stored.seq } }
  }
  const head = await storedHead(store, workspaceId)
  const found = await breakSince(workspaceId, store, last, head.seq)
  if (found) return { kind: 'broken', found }
  if (head.seq === 0) return { kind: 'nothing_to_anchor' }
  if (stored && last?.seq === head.seq) return { kind: 'anchored', jws: stored.jws, head: last }
  const said: AnchoredHead = { workspaceId, seq: head.seq, hash: head.hash, at: now }
  const jws = await keys.sign(said)
  await putAnchor(bucket, workspaceId, head.seq, jws)
  return { kind: 'anchored', jws, head: said }
}

/** The anchored entry itself included: it is the first that is looked at. */
async function breakSince(
  workspaceId: string,
  store: AuditStore,
  last: AnchoredHead | null,
  headSeq: number,
): Promise<ChainBreak | null> {
  if (last && headSeq < last.seq) return { kind: 'cut_off', seq: headSeq + 1 }
  const from = last ? await placeOf(store, last.seq) : undefined
  if (last && from?.hash !== last.hash) return { kind: 'rewritten', seq: last.seq }
  const rows = chainRows(store, last?.seq ?? 0, headSeq)
  const verdict = await verifyChain(
    { workspaceId, rows, anchors: [], from, isWhole: false },
    sha256,
  )
  return verdict.kind === 'broken' ? verdict.found : null
}

async function placeOf(store: AuditStore, seq: number) {
  const { rows } = await store.execute({
    sql: 'SELECT hash, prev_hash FROM audit_entries WHERE seq = ?',
    args: [seq],
  })
  const row = rows[0]
  return row && { seq, hash: String(row.hash), prevHash: String(row.prev_hash) }
}
