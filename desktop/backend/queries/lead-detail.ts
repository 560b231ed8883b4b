import type { PGlite } from '@electric-sql/pglite'
import { z } from 'zod'
import { LeadDetail, LeadScore } from '#rpc/leads.ts'
import { Reason } from '#shared/scoring/score.ts'
import { type LeadRow, leadOf } from './leads.ts'
import { JsonObject, storedJson } from './page-cursor.ts'

type DeviceRow = {
  visitor_id: string
  points: number | null
  grade: string | null
  sessions: number
  pageviews: number
  first_seen_at: number
  last_seen_at: number
  channel: string
  campaign: string | null
  country: string | null
  probability: number | null
  fit: number | null
  engagement: number | null
  reasons: string
  model_version: string | null
  calibrated: boolean | null
  scored_at: number | null
}

/** Everything known of a lead except its events; null when there is no such lead (any more). */
export const getLead = async (db: PGlite, leadKey: string): Promise<LeadDetail | null> => {
  const leads = await db.query<LeadRow>('select * from leads where lead_key = $1', [leadKey])
  const row = leads.rows[0]
  if (row === undefined) return null
  const devices = await db.query<DeviceRow>(
    'select * from visitors where lead_key = $1 order by last_seen_at desc, visitor_id limit 100',
    [leadKey],
  )
  const best = await db.query<DeviceRow>('select * from visitors where visitor_id = $1', [
    row.best_visitor_id,
  ])
  const persons = await db.query<{ traits: string }>(
    `select p.traits from visitors v join persons p on p.person_id = v.person_id
      where v.lead_key = $1 limit 1`,
    [leadKey],
  )
  return LeadDetail.parse({
    lead: leadOf(row),
    userId: row.user_id,
    campaign: row.campaign,
    traits: storedJson(JsonObject, persons.rows[0]?.traits ?? null, {}),
    devices: devices.rows.map((device) => ({
      visitorId: device.visitor_id,
      points: device.points,
      grade: device.grade,
      sessions: device.sessions,
      pageviews: device.pageviews,
      firstSeenAt: device.first_seen_at,
      lastSeenAt: device.last_seen_at,
      channel: device.channel,
      campaign: device.campaign,
      country: device.country,
    })),
    score: best.rows[0] === undefined ? null : scoreOf(best.rows[0]),
  })
}

/** The score of a device; null while it has none (what is half a score is none). */
const scoreOf = (row: DeviceRow): LeadScore | null => {
  const reasons = storedJson(z.array(Reason), row.reasons, [])
  const parsed = LeadScore.safeParse({
    visitorId: row.visitor_id,
    probability: row.probability,
    points: row.points,
    grade: row.grade,
    fit: row.fit,
    engagement: row.engagement,
    reasonsFor: byStrength(reasons.filter((reason) => reason.contribution > 0)),
    reasonsAgainst: byStrength(reasons.filter((reason) => reason.contribution < 0)),
    modelVersion: row.model_version,
    calibrated: row.calibrated,
    scoredAt: row.scored_at,
  })
  return parsed.success ? parsed.data : null
}

const byStrength = (reasons: readonly Reason[]): Reason[] =>
  reasons.toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
