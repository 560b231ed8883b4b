import { createRoute, z } from '@hono/zod-openapi'
import { EVENT_TYPES } from '#shared/events/captured-event.ts'
import { type ApiApp, apiApp, guarded } from '../api/api-app.ts'
import { problemContent } from '../problems/problem-schema.ts'

const CaptureBody = z
  .looseObject({
    writeKey: z
      .string()
      .optional()
      .openapi({ description: 'Or by Basic, as user name without password' }),
    messageId: z.string().max(100).optional(),
    anonymousId: z.string().max(255).optional(),
    userId: z.string().max(255).optional(),
    timestamp: z.string().optional(),
    sentAt: z.string().optional(),
    context: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi('CaptureCall')

/**
 * The documentation of the capture calls. They are served by capture.ts before any router runs: their
 * bodies are read whatever Content-Type says, and they are the hot path. Permission `capture:write`.
 */
export function captureRoutes(): ApiApp {
  const app = apiApp()
  for (const call of [...EVENT_TYPES, 'batch'] as const) {
    const { middleware: _, ...guard } = guarded('capture:write')
    app.openAPIRegistry.registerPath(
      createRoute({
        method: 'post',
        path: `/v1/${call}`,
        operationId: `capture_${call}`,
        tags: ['Capture'],
        summary: `Segment-compatible ${call} call (short form /v1/${call[0]})`,
        ...guard,
        request: {
          body: { required: true, content: { 'application/json': { schema: CaptureBody } } },
        },
        responses: {
          200: {
            description: 'On disk. What became of each event: GET /api/v1/events?messageId=…',
            content: { 'application/json': { schema: z.object({ success: z.literal(true) }) } },
          },
          400: problemContent('The body as a whole is malformed or too large'),
          401: problemContent('No valid key'),
          403: problemContent('The key may not be used from the page’s origin'),
          429: problemContent('The backlog is full; Retry-After says when to send again'),
          503: problemContent('Not stored; sending the same ids again is harmless'),
        },
      }),
    )
  }
  return app
}
