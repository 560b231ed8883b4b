import type { DrainDeps } from './drain.ts'

const APPLIED_SEQS = 'SELECT seq FROM drained_batches WHERE object = ?'

/**
 * A store that was restored to an earlier state carries a new epoch. Batches that this object saw
 * confirmed but the store does not know any more are sent again: they stay here for 72 hours, frozen,
 * so that what was stored meanwhile is recognised by its messageId.
 */
export async function rewindToStore(deps: DrainDeps, epoch: string): Promise<void> {
  const { log } = deps
  const known = log.meta('epoch')
  if (known === epoch) return
  if (known !== null) {
    const answer = await deps.store.execute({ sql: APPLIED_SEQS, args: [deps.object] })
    const present = new Set(answer.rows.map((row) => Number(row.seq)))
    const lost = log.appliedBatches().filter((batch) => !present.has(batch.seq))
    deps.transaction(() => {
      for (const batch of lost) log.unapply(batch)
      log.setMeta('epoch', epoch)
    })
    return
  }
  deps.transaction(() => log.setMeta('epoch', epoch))
}
