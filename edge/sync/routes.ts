import { createRoute } from '@hono/zod-openapi'
import { PullRequest, PullResponse } from '#shared/sync/protocol.ts'
import { type ApiApp, apiApp, guarded } from '../api/api-app.ts'
import { tombstoneKey } from '../erasure/control-tombstones.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { bodyRefusals, problemContent } from '../problems/problem-schema.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { controlStore } from '../tenancy/directory-of.ts'
import { pull } from './pull.ts'

const pullRoute = createRoute({
  method: 'post',
  path: '/api/v1/sync/pull',
  operationId: 'pull',
  tags: ['Sync'],
  summary: 'What changed since two cursors: edits, and facts',
  ...guarded('sync:read'),
  request: {
    body: { required: true, content: { 'application/json': { schema: PullRequest } } },
  },
  responses: {
    200: {
      description: 'A page, or the order to start anew',
      content: { 'application/json': { schema: PullResponse } },
    },
    400: problemContent('The request is of another protocol version or not valid'),
    ...bodyRefusals,
  },
})

/** Permission `sync:read`. */
export function syncRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(pullRoute, async (c) => {
    const { workspace } = c.get('caller')
    const answer = await pull(workspaceStore(c.env, workspace), c.req.valid('json'), () =>
      tombstoneKey(controlStore(c.env), workspace.id),
    )
    if (answer.kind !== 'not_replayed') return c.json(answer, 200)
    await c.env.PROJECTOR.getByName(workspace.id).poke()
    throw new ProblemError(problems.unavailable('The store is being prepared.'))
  })
  return app
}
