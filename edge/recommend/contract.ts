import { z } from '@hono/zod-openapi'
import {
  MAX_PATH_CHARS,
  RecommendationBody,
  RecommendationVersion,
} from '#shared/recommend/body.ts'
import { ContentKind } from '#shared/recommend/content-kind.ts'
import { RecommendRules } from '#shared/recommend/rules.ts'

const MAX_VISITOR_ID_CHARS = 256
const MAX_VIEWED = 100

const Path = z.string().min(1).max(MAX_PATH_CHARS)

export const RecommendRequest = RecommendRules.extend({
  visitorId: z.string().min(1).max(MAX_VISITOR_ID_CHARS).optional().openapi({
    description: 'A visitor of the workspace, by the live profile.',
    example: 'b1c5a8d0-4f2e-4a43-9a52-0d3f5f1c7a10',
  }),
  viewed: z
    .array(Path)
    .max(MAX_VIEWED)
    .optional()
    .openapi({ description: 'Or the paths that somebody viewed lately.', example: ['/pricing'] }),
  current: Path.nullable().default(null).openapi({
    description: 'The path that is open now: it counts as viewed and is never recommended.',
  }),
})
  .refine((body) => (body.visitorId === undefined) !== (body.viewed === undefined), {
    message: 'Send either visitorId or viewed.',
  })
  .openapi('RecommendRequest')

export const RecommendResponse = z
  .object({
    version: RecommendationVersion,
    visitorId: z.string().nullable(),
    recommendations: z.array(
      z.object({
        path: z.string(),
        title: z.string().nullable(),
        kind: ContentKind.nullable(),
        score: z.number().openapi({ description: 'Comparable within one answer only.' }),
        basis: z.enum(['taste', 'read_next', 'popular']),
        reason: z.string().openapi({ example: 'Because they read “Integrations”.' }),
      }),
    ),
  })
  .openapi('RecommendResponse')

/** What stands in public of a body: all but its numbers. */
export const RecommendationSummary = z
  .object({
    version: RecommendationVersion,
    trainedOn: RecommendationBody.shape.trainedOn,
    figures: RecommendationBody.shape.figures,
    items: z.number().int(),
    fromViews: z.number().int().nullable(),
  })
  .openapi('Recommendations')
