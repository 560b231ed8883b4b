import { z } from 'zod'
import { CONVERSION_EVENT } from '#shared/features/event-kind.ts'
import type { FeatureValues } from '#shared/features/registry.ts'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'
import type { StoreClient } from '../../../store/client.ts'

/** A score whose outcome is known by now. */
export interface JudgedScore {
  visitorId: string
  /** What the model saw then. */
  features: FeatureValues
  converted: boolean
}

/** Enough to tell an AUC to a few thousandths; 1.5 KB each. */
const MAX_VISITORS = 3_000

/**
 * One score a visitor, picked by chance among those made before the person's first conversion. The most
 * active would otherwise count most, and a visitor's last score knows best what came of it.
 */
const JUDGED_SCORES = `
WITH converted (who, at) AS (
  SELECT coalesce(v.person_id, s.visitor_id), min((
    SELECT min(e.occurred_at) FROM events e
    WHERE e.visitor_id = s.visitor_id AND e.occurred_at BETWEEN s.start_at AND s.end_at
      AND e.type = 'track' AND lower(trim(e.name)) = ?1))
  FROM sessions s LEFT JOIN visitors v ON v.visitor_id = s.visitor_id
  WHERE s.conversions > 0 GROUP BY 1),
picked AS (
  SELECT visitor_id, person_id FROM visitors WHERE last_seen_at >= ?2
  ORDER BY substr(visitor_id, -6), visitor_id LIMIT ?4)
SELECT p.visitor_id, s.scored_at, s.features, c.at AS converted_at,
  min((s.score_seq * 2654435761) % 4294967296) AS draw
FROM picked p JOIN scores s ON s.visitor_id = p.visitor_id
LEFT JOIN converted c ON c.who = coalesce(p.person_id, p.visitor_id)
WHERE s.scored_at > ?2 AND s.scored_at <= ?3 AND (c.at IS NULL OR s.scored_at < c.at)
GROUP BY p.visitor_id`

const Row = z.object({
  visitor_id: z.string(),
  scored_at: z.number(),
  features: z.string(),
  converted_at: z.number().nullable(),
})

/**
 * Scores made after a moment whose outcome window is over.
 *
 * @param after Unix milliseconds
 * @param now Unix milliseconds
 * @throws what the store throws
 */
export async function judgedScores(
  store: StoreClient,
  after: number,
  now: number,
): Promise<JudgedScore[]> {
  const found = await store.execute({
    sql: JUDGED_SCORES,
    args: [CONVERSION_EVENT.toLowerCase(), after, now - OUTCOME_WINDOW_MS, MAX_VISITORS],
  })
  return found.rows.map((row) => {
    const { visitor_id, scored_at, features, converted_at } = Row.parse(row)
    return {
      visitorId: visitor_id,
      features: JSON.parse(features),
      converted: converted_at !== null && converted_at <= scored_at + OUTCOME_WINDOW_MS,
    }
  })
}
