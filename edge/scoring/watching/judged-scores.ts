import { z } from 'zod'
import { CONVERSION_EVENT } from '#shared/features/event-kind.ts'
import type { FeatureValues } from '#shared/features/registry.ts'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'
import type { StoreClient } from '../../store/client.ts'

/** A score whose outcome is known by now. */
export interface JudgedScore {
  visitorId: string
  /** What the model saw then. */
  features: FeatureValues
  /** What it said. */
  probability: number
  converted: boolean
}

/** Enough to tell an AUC to a few thousandths; 1.5 KB each. */
const MAX_VISITORS = 3_000

/**
 * One score a visitor, picked by chance among those made before the person's first conversion. The most
 * active would otherwise count most, and a visitor's last score knows best what came of it.
 *
 * CROSS JOIN keeps SQLite from beginning with the larger table.
 */
const JUDGED_SCORES = `
WITH picked AS (
  SELECT visitor_id, person_id FROM visitors WHERE last_seen_at >= ?2
  ORDER BY substr(visitor_id, -6), visitor_id LIMIT ?4),
devices (who, visitor_id) AS (
  SELECT visitor_id, visitor_id FROM picked
  UNION SELECT p.visitor_id, d.visitor_id FROM picked p CROSS JOIN visitors d ON d.person_id = p.person_id),
converted (who, at) AS (
  SELECT devices.who, min((
    SELECT min(e.occurred_at) FROM events e
    WHERE e.visitor_id = s.visitor_id AND e.occurred_at BETWEEN s.start_at AND s.end_at
      AND e.type = 'track' AND lower(trim(e.name)) = ?1))
  FROM devices CROSS JOIN sessions s ON s.visitor_id = devices.visitor_id
  WHERE s.conversions > 0 GROUP BY devices.who)
SELECT p.visitor_id, s.scored_at, s.features, s.probability, c.at AS converted_at,
  min((s.score_seq * 2654435761) % 4294967296) AS draw
FROM picked p CROSS JOIN scores s ON s.visitor_id = p.visitor_id
LEFT JOIN converted c ON c.who = p.visitor_id
WHERE s.scored_at > ?2 AND s.scored_at <= ?3 AND (?5 IS NULL OR s.model_version = ?5)
  AND (c.at IS NULL OR s.scored_at < c.at)
GROUP BY p.visitor_id`

const Row = z.object({
  visitor_id: z.string(),
  scored_at: z.number(),
  features: z.string(),
  probability: z.number(),
  converted_at: z.number().nullable(),
})

export interface ScorePeriod {
  /** Scores made after this moment (Unix milliseconds). */
  after: number
  /** And up to this one; those whose outcome window is not over yet are left out. */
  upTo: number
  /** Only this model's; null for any. */
  model: string | null
}

/**
 * Scores of a period of which it is known what came of them.
 *
 * @param now Unix milliseconds
 * @throws what the store throws
 */
export async function judgedScores(
  store: Pick<StoreClient, 'execute'>,
  { after, upTo, model }: ScorePeriod,
  now: number,
): Promise<JudgedScore[]> {
  const last = Math.min(upTo, now - OUTCOME_WINDOW_MS)
  const found = await store.execute({
    sql: JUDGED_SCORES,
    args: [CONVERSION_EVENT.toLowerCase(), after, last, MAX_VISITORS, model],
  })
  return found.rows.map((row) => {
    const { visitor_id, scored_at, features, probability, converted_at } = Row.parse(row)
    return {
      visitorId: visitor_id,
      features: JSON.parse(features),
      probability,
      converted: converted_at !== null && converted_at <= scored_at + OUTCOME_WINDOW_MS,
    }
  })
}
