import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { LedgerEntries } from './ledger.ts'
import { erasedVerdictOf, type LogRow } from './log-entry.ts'
import type { LogStorage } from './log-storage.ts'

export interface LogErasure {
  /** Visitors of whom an event is gone, or will be. */
  visitorIds: Set<string>
  /** Rows in batches on their way to the store: those never change, so they can only go afterwards. */
  underway: number
}

/**
 * Takes erased events out of the log, and the scores made from them: what waits becomes a refusal, what
 * the store has already is deleted. Call inside a storage transaction; repeating it is harmless.
 *
 * @param names lower-case texts of which a row must contain one, or null to read every row
 * @param rebuilt visitors whose scores go as well
 */
export function eraseFromLog(
  log: LogStorage,
  isErased: (event: CapturedEvent) => boolean,
  names: readonly string[] | null,
  rebuilt: readonly string[],
): LogErasure {
  const visitorIds = new Set(rebuilt)
  const books = new LedgerEntries()
  let underway = 0
  for (const row of log.searchEvents(names)) {
    const event = JSON.parse(row.body) as CapturedEvent
    if (!isErased(event)) continue
    if (event.visitorId !== null) visitorIds.add(event.visitorId)
    if (!eraseEvent(log, row, event, books)) underway++
  }
  if (visitorIds.size > 0) {
    for (const row of log.scoresOf(visitorIds)) {
      if (!eraseScore(log, row)) underway++
    }
  }
  books.writeTo(log.sql)
  return { visitorIds, underway }
}

function eraseEvent(
  log: LogStorage,
  row: LogRow,
  event: CapturedEvent,
  books: LedgerEntries,
): boolean {
  const place = log.placeOf(row.seq)
  switch (place.kind) {
    case 'underway':
      return false
    case 'waiting':
      log.replace(row.seq, 'verdict', JSON.stringify(erasedVerdictOf(event)))
      books.add('rejected', row.receivedAt)
      return true
    case 'applied':
      log.deleteApplied(row, place.batch)
      return true
  }
}

function eraseScore(log: LogStorage, row: LogRow): boolean {
  const place = log.placeOf(row.seq)
  switch (place.kind) {
    case 'underway':
      return false
    case 'waiting':
      log.replace(row.seq, 'blank', '')
      return true
    case 'applied':
      log.deleteApplied(row, place.batch)
      return true
  }
}
