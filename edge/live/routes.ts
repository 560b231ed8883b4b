import { createRoute } from '@hono/zod-openapi'
import { personOf } from '../access/person-of.ts'
import { type ApiApp, apiApp, guarded } from '../api/api-app.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { guardRefusals, problemContent } from '../problems/problem-schema.ts'

/** Says to the hub whose connection it is; nobody outside can reach the hub. */
export const LIVE_SESSION_HEADER = 'x-edgewise-session'

const live = createRoute({
  method: 'get',
  path: '/api/v1/live',
  operationId: 'live',
  tags: ['You'],
  summary: 'A WebSocket that says what you may do, and closes when you may nothing any more',
  description:
    'Messages are JSON: `{"t":"access","role":…,"permissions":[…]}` at the beginning and whenever it changed, ' +
    '`{"t":"ended","code":…}` at the end. Closed with 4401 and a code such as `signed_out` when the session ended, with 4503 to connect again.',
  ...guarded('me:read'),
  responses: {
    101: { description: 'Open' },
    400: problemContent('Not opened as a WebSocket'),
    429: { description: 'This session has too many connections' },
    ...guardRefusals,
  },
})

/** Permission `me:read`. */
export function liveRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(live, (c) => {
    const { workspace, sessionId } = personOf(c.get('caller'))
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
      throw new ProblemError(problems.invalid('Open this address as a WebSocket.', 'Upgrade'))
    }
    const headers = new Headers({ upgrade: 'websocket', [LIVE_SESSION_HEADER]: sessionId })
    return c.env.WORKSPACE_HUB.getByName(workspace.id).fetch('https://hub/live', { headers })
  })
  return app
}
