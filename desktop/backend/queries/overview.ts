import type { PGlite } from '@electric-sql/pglite'
import { Overview } from '#rpc/overview.ts'
import { EVENT_KIND } from '../replica/raw-window.ts'

const MINUTE_MS = 60_000
const WINDOW_MINUTES = 15
const CHART_MINUTES = 60
/** What happened longer before it arrived is an import or a phone that was away, not live. */
const LIVE_WITHIN_MS = 3_600_000

/** The start of the day in this computer's time zone, in Unix milliseconds. */
export const startOfDay = (now: number): number => new Date(now).setHours(0, 0, 0, 0)

type CountsRow = {
  accepted: number
  bot: number
  duplicate: number
  rejected: number
  quarantined: number
}
type MinuteRow = { minute: number; count: number }
type LeadsRow = { leads: number; known: number; grade_a: number }

/** The counters over the page. */
export const getOverview = async (
  db: PGlite,
  now: number,
  lastSyncedAt: number | null,
): Promise<Overview> => {
  const today = await db.query<CountsRow>(
    `select coalesce(sum(accepted), 0)::integer as accepted, coalesce(sum(bot), 0)::integer as bot,
        coalesce(sum(duplicate), 0)::integer as duplicate,
        coalesce(sum(rejected), 0)::integer as rejected,
        coalesce(sum(quarantined), 0)::integer as quarantined
      from received_minutes where minute >= $1`,
    [startOfDay(now)],
  )
  const leads = await db.query<LeadsRow>(
    `select count(*) as leads, count(*) filter (where known) as known,
        count(*) filter (where grade = 'A') as grade_a from leads`,
  )
  const held = await db.query<{ count: number }>(
    `select count(*) as count from stream where kind = ${EVENT_KIND}`,
  )
  const perMinute = await readMinutes(db, now)
  const counted = leads.rows[0]
  return Overview.parse({
    eventsLast15Minutes: perMinute.slice(-WINDOW_MINUTES).reduce((sum, count) => sum + count, 0),
    perMinute,
    today: today.rows[0],
    leads: counted?.leads ?? 0,
    knownLeads: counted?.known ?? 0,
    gradeA: counted?.grade_a ?? 0,
    heldEvents: held.rows[0]?.count ?? 0,
    lagSeconds: lastSyncedAt === null ? null : Math.max(0, Math.round((now - lastSyncedAt) / 1000)),
  })
}

/**
 * Live events of each of the last 60 minutes, the running one last. The counted minutes hold
 * everything, also what has left the raw window; what came late is taken off again.
 */
const readMinutes = async (db: PGlite, now: number): Promise<number[]> => {
  const current = Math.floor(now / MINUTE_MS) * MINUTE_MS
  const first = current - (CHART_MINUTES - 1) * MINUTE_MS
  const counted = await db.query<MinuteRow>(
    'select minute, accepted + bot as count from received_minutes where minute between $1 and $2',
    [first, current],
  )
  const late = await db.query<MinuteRow>(
    `select received_at / ${MINUTE_MS} * ${MINUTE_MS} as minute, count(*) as count from stream
      where received_at >= $1 and received_at < $2 and kind = ${EVENT_KIND}
        and occurred_at < received_at - ${LIVE_WITHIN_MS}
      group by 1`,
    [first, current + MINUTE_MS],
  )
  const counts = new Map(counted.rows.map((row) => [row.minute, row.count]))
  for (const { minute, count } of late.rows) counts.set(minute, (counts.get(minute) ?? 0) - count)
  return Array.from({ length: CHART_MINUTES }, (_, i) =>
    Math.max(0, counts.get(first + i * MINUTE_MS) ?? 0),
  )
}
