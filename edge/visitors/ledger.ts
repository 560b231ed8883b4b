/**
 * The books of one object, by hour of arrival. At any moment and for any hour
 * `received = stored + duplicate + rejected + quarantined + pending`.
 * Everything but `pending` is counted in the transaction that causes it; `pending` is counted from the
 * log itself, so that the sum is a check and not a definition.
 */
export const LEDGER_VERDICTS = [
  'received',
  'stored',
  'duplicate',
  'rejected',
  'quarantined',
] as const
export type LedgerVerdict = (typeof LEDGER_VERDICTS)[number]

const HOUR_MS = 3_600_000

export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS
}

/** Counts gathered in memory within one transaction, then written with one statement a cell. */
export class LedgerEntries {
  readonly #cells = new Map<string, { hour: number; verdict: LedgerVerdict; count: number }>()

  add(verdict: LedgerVerdict, receivedAt: number, count = 1): void {
    const hour = hourOf(receivedAt)
    const key = `${hour}:${verdict}`
    const cell = this.#cells.get(key)
    if (cell) cell.count += count
    else this.#cells.set(key, { hour, verdict, count })
  }

  /** The opposite entries: what was booked for a batch that the store lost. */
  negated(): LedgerEntries {
    const opposite = new LedgerEntries()
    for (const { hour, verdict, count } of this.#cells.values()) opposite.add(verdict, hour, -count)
    return opposite
  }

  /** Without one event of this time, whatever it was booked as; the first that has any gives way. */
  withoutOne(receivedAt: number): LedgerEntries {
    const hour = hourOf(receivedAt)
    const rest = LedgerEntries.fromJson(this.toJson())
    for (const verdict of LEDGER_VERDICTS) {
      const cell = rest.#cells.get(`${hour}:${verdict}`)
      if (!cell || cell.count <= 0) continue
      cell.count--
      break
    }
    return rest
  }

  toJson(): string {
    return JSON.stringify([...this.#cells.values()])
  }

  static fromJson(json: string): LedgerEntries {
    const entries = new LedgerEntries()
    for (const { hour, verdict, count } of JSON.parse(json)) entries.add(verdict, hour, count)
    return entries
  }

  writeTo(sql: SqlStorage): void {
    for (const { hour, verdict, count } of this.#cells.values()) {
      sql.exec(
        `INSERT INTO ledger (hour, verdict, n) VALUES (?, ?, ?)
         ON CONFLICT (hour, verdict) DO UPDATE SET n = n + excluded.n`,
        hour,
        verdict,
        count,
      )
    }
  }
}

export type LedgerHour = Record<LedgerVerdict | 'pending', number> & { hour: number }

export function emptyLedgerHour(hour: number): LedgerHour {
  return { hour, received: 0, stored: 0, duplicate: 0, rejected: 0, quarantined: 0, pending: 0 }
}

export function addLedgerHours(hours: Iterable<LedgerHour>): LedgerHour[] {
  const sums = new Map<number, LedgerHour>()
  for (const hour of hours) {
    const sum = sums.get(hour.hour) ?? emptyLedgerHour(hour.hour)
    for (const name of [...LEDGER_VERDICTS, 'pending'] as const) sum[name] += hour[name]
    sums.set(hour.hour, sum)
  }
  return [...sums.values()].sort((a, b) => b.hour - a.hour)
}
