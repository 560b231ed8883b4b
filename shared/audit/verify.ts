import type { Anchor } from './anchor.ts'
import { type ChainHead, emptyChain } from './chain.ts'
import { type ChainBreak, firstBreak } from './chain-break.ts'
import type { AuditRow } from './entry.ts'
import type { Digest } from './sha256.ts'

/** Where a walk stands: the last right entry, and the hash before it. */
export interface ChainPlace extends ChainHead {
  prevHash: string | null
}

export type Verdict =
  /** Nothing is wrong up to `head`. What stands behind `anchoredUpTo` no anchor vouches for; null for none. */
  | { kind: 'whole'; head: ChainPlace; anchoredUpTo: number | null }
  | { kind: 'broken'; found: ChainBreak; anchoredUpTo: number | null }

/** What is to be verified, in the order of `seq`. */
export interface ChainToVerify {
  workspaceId: string
  rows: AsyncIterable<AuditRow>
  /** In the order of `seq`. */
  anchors: readonly Anchor[]
  /** Where an earlier walk ended; nothing for the start. */
  from?: ChainPlace
  /** Whether the rows end where the chain does, so that an anchor beyond them says that the end was cut off. */
  isWhole: boolean
}

/**
 * Walks a chain and names the first entry that is wrong, and how.
 *
 * One read row after another, nothing kept: memory does not grow with the chain. Whoever may write the
 * database can make a chain that is right in itself; only the anchors tell that one from the true one.
 */
export async function verifyChain(chain: ChainToVerify, digest: Digest): Promise<Verdict> {
  const { workspaceId, anchors, from, isWhole } = chain
  let place: ChainPlace = from ?? { ...(await emptyChain(workspaceId, digest)), prevHash: null }
  let anchoredUpTo: number | null = null
  let next = anchors.findIndex(({ seq }) => seq > place.seq)
  if (next < 0) next = anchors.length
  const bogus = anchors.slice(0, next).find(({ kind }) => kind === 'not_signed')
  if (bogus && !from) return broken({ kind: 'anchor_not_signed', seq: bogus.seq }, null)
  const rows = chain.rows[Symbol.asyncIterator]()
  for (let read = await rows.next(); !read.done; read = await rows.next()) {
    const row = read.value
    const found = await firstBreak(place, row, rows, digest)
    if (found) return broken(found, anchoredUpTo)
    place = { seq: row.seq, hash: row.hash, prevHash: row.prevHash }
    for (let at = anchors[next]; at && at.seq <= row.seq; at = anchors[++next]) {
      if (at.kind === 'not_signed')
        return broken({ kind: 'anchor_not_signed', seq: at.seq }, anchoredUpTo)
      if (at.hash !== row.hash) return broken({ kind: 'rewritten', seq: at.seq }, anchoredUpTo)
      anchoredUpTo = at.seq
    }
  }
  const beyond = isWhole ? anchors.slice(next) : []
  if (beyond.some(({ kind }) => kind === 'signed')) {
    return broken({ kind: 'cut_off', seq: place.seq + 1 }, anchoredUpTo)
  }
  const [unsigned] = beyond
  if (unsigned) return broken({ kind: 'anchor_not_signed', seq: unsigned.seq }, anchoredUpTo)
  return { kind: 'whole', head: place, anchoredUpTo }
}

const broken = (found: ChainBreak, anchoredUpTo: number | null): Verdict => ({
  kind: 'broken',
  found,
  anchoredUpTo,
})
