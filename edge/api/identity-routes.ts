import { createRoute, z } from '@hono/zod-openapi'
import { originOf } from '../audit/origin.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { bodyRefusals, problemContent } from '../problems/problem-schema.ts'
import { type ApiApp, apiApp, guarded } from './api-app.ts'

const setLinkUndone = createRoute({
  method: 'post',
  path: '/api/v1/identity/links/undo',
  operationId: 'setLinkUndone',
  tags: ['Visitors'],
  summary: 'Take back a statement about who is who, or restore it',
  ...guarded('identity:write'),
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.strictObject({
            linkId: z.string().min(1).max(1000),
            undone: z.boolean(),
            reason: z.string().min(1).max(300),
          }),
        },
      },
    },
  },
  responses: {
    200: {
      description: 'Done; the persons around it are resolved anew',
      content: { 'application/json': { schema: z.object({ done: z.literal(true) }) } },
    },
    400: problemContent('The body is not valid'),
    404: problemContent('There is no such link'),
    ...bodyRefusals,
  },
})

/** Permission `identity:write`. */
export function identityRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(setLinkUndone, async (c) => {
    const { linkId, undone, reason } = c.req.valid('json')
    const projector = c.env.PROJECTOR.getByName(c.get('caller').workspace.id)
    const outcome = await projector.setLinkUndone(linkId, undone, reason, originOf(c))
    if (outcome === 'no_such_link')
      throw new ProblemError(
        problems.notFound('identity link of this id', 'Check linkId, letter case counts.'),
      )
    return c.json({ done: true as const }, 200)
  })
  return app
}
