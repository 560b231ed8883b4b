const folderOf = (workspaceId: string) => `audit/${workspaceId}/`

/** Names sort as numbers do. */
const SEQ_DIGITS = 15
const keyOf = (workspaceId: string, seq: number) =>
  `${folderOf(workspaceId)}${String(seq).padStart(SEQ_DIGITS, '0')}.jws`

/**
 * Writes an anchor once: what has been said of an entry is never said otherwise.
 *
 * @throws what R2 throws
 */
export async function putAnchor(
  bucket: R2Bucket,
  workspaceId: string,
  seq: number,
  jws: string,
): Promise<void> {
  const isNew = { etagDoesNotMatch: '*' }
  await bucket.put(keyOf(workspaceId, seq), jws, { onlyIf: isNew })
}

export interface StoredAnchor {
  /** Of the entry that it is filed under. */
  seq: number
  jws: string
}

/** R2 gives at most a thousand names at once. */
const PAGE_NAMES = 1_000

/** Entries that have an anchor, ascending. @param after exclusive. @throws what R2 throws */
export async function anchoredEntries(
  bucket: R2Bucket,
  workspaceId: string,
  after: number,
): Promise<number[]> {
  const prefix = folderOf(workspaceId)
  const seqs: number[] = []
  let startAfter = keyOf(workspaceId, after)
  for (;;) {
    const { objects, truncated } = await bucket.list({ prefix, startAfter, limit: PAGE_NAMES })
    for (const { key } of objects) {
      const seq = Number(/^(\d+)\.jws$/.exec(key.slice(prefix.length))?.[1] ?? Number.NaN)
      if (Number.isSafeInteger(seq)) seqs.push(seq)
    }
    const last = objects.at(-1)
    if (!truncated || !last) return seqs
    startAfter = last.key
  }
}

/** Those of these entries that are there. @throws what R2 throws */
export async function storedAnchors(
  bucket: R2Bucket,
  workspaceId: string,
  seqs: readonly number[],
): Promise<StoredAnchor[]> {
  const found: StoredAnchor[] = []
  for (const seq of seqs) {
    const object = await bucket.get(keyOf(workspaceId, seq))
    if (object) found.push({ seq, jws: await object.text() })
  }
  return found
}

/** Each is a read of the bucket, and one request may make a thousand. */
const MAX_ANCHORS = 100

/** As many as may be read at once. The last is among them: it vouches for all before it. */
export function spread(seqs: readonly number[]): number[] {
  const step = Math.ceil(seqs.length / MAX_ANCHORS)
  return seqs.filter((_, index) => (seqs.length - 1 - index) % step === 0)
}
