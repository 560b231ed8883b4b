import { z } from 'zod'
import type { FeatureValues } from '#shared/features/registry.ts'
import type { StoreClient } from '../../store/client.ts'
import type { Period } from './watch-periods.ts'

/** What a model saw of a visitor, and what it said. */
export interface ActiveScore {
  features: FeatureValues
  probability: number
  model: string
}

const MAX_VISITORS = 3_000

/**
 * One score a visitor, picked by chance among those made on a day of a visit: scores of visitors who stay
 * away pile up with a workspace's age, and would look like drift.
 */
const ACTIVE_SCORES = `
WITH picked AS (
  SELECT visitor_id FROM visitors WHERE last_seen_at >= ?1
  ORDER BY substr(visitor_id, -6), visitor_id LIMIT ?3)
SELECT s.features, s.probability, s.model_version AS model,
  min((s.score_seq * 2654435761) % 4294967296) AS draw
FROM picked p CROSS JOIN scores s ON s.visitor_id = p.visitor_id
WHERE s.scored_at > ?1 AND s.scored_at <= ?2 AND s.features ->> '$.days_since_last_visit' < 1
GROUP BY p.visitor_id`

const Row = z.object({ features: z.string(), probability: z.number(), model: z.string() })

/** @throws what the store throws */
export async function activeScores(
  store: Pick<StoreClient, 'execute'>,
  { after, upTo }: Period,
): Promise<ActiveScore[]> {
  const found = await store.execute({ sql: ACTIVE_SCORES, args: [after, upTo, MAX_VISITORS] })
  return found.rows.map((row) => {
    const { features, ...rest } = Row.parse(row)
    return { ...rest, features: JSON.parse(features) }
  })
}
