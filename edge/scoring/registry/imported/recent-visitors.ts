import type { FeatureValues } from '#shared/features/registry.ts'
import type { StoreClient } from '../../../store/client.ts'

/** The most active visitors must not fill the sample; some scores each are read for that. */
const MOST_SCORES = 2_000
const MOST_VISITORS = 400

const LATEST_OF_EACH = `
SELECT features, max(score_seq) FROM (SELECT * FROM scores ORDER BY score_seq DESC LIMIT ?1)
GROUP BY visitor_id ORDER BY 2 DESC LIMIT ?2`

/** Features of the visitors scored last, each once. @throws what the store throws */
export async function recentVisitors(store: StoreClient): Promise<FeatureValues[]> {
  const found = await store.execute({ sql: LATEST_OF_EACH, args: [MOST_SCORES, MOST_VISITORS] })
  return found.rows.map((row): FeatureValues => JSON.parse(String(row.features)))
}
