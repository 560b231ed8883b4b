import type { RecommendationBody } from '#shared/recommend/body.ts'
import { type Asking, askEdge, problemOf } from '../platform/ask-edge.ts'
import type { EdgeAccess } from '../platform/edge-access.ts'
import { PlatformError } from '../platform/platform-error.ts'

/**
 * Hands a body to the edge, which recommends with it at once.
 *
 * @throws PlatformError where the edge refuses it or cannot be reached
 */
export async function publish(
  asking: Asking,
  access: EdgeAccess,
  body: RecommendationBody,
): Promise<void> {
  const answer = await askEdge(asking, access, '/api/v1/recommendations', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (answer.ok) return
  const { detail, next } = await problemOf(answer)
  throw new PlatformError('refused', `The edge does not take the recommendations: ${detail}`, next)
}
