import sdkScript from '../dist/sdk/e.txt'
import { type ApiApp, answerOf } from './api/api-app.ts'
import { frontDoor } from './api/front-door.ts'
import { secured } from './api/security-headers.ts'
import { createApp, personalizeDeps } from './app.ts'
import { capture } from './capture/capture.ts'
import { preflight } from './capture/cors.ts'
import { captureCallOf } from './capture/read-batch.ts'
import { answerInTime } from './deadlines/answer-deadline.ts'
import type { Env } from './env.ts'
import { proxySite } from './personalize/site-proxy.ts'
import { sweep } from './sweep.ts'
import { directoryOf } from './tenancy/directory-of.ts'

export { WorkspaceHub } from './hub/workspace-hub.ts'
export { SignInGuard } from './identity/lockout/sign-in-guard.ts'
export { Projector } from './projection/projector.ts'
export { VisitorLog } from './visitors/visitor-log.ts'

/** An hour: sites keep it in their caches, and a new version reaches everybody soon enough. */
const SDK_MAX_AGE_S = 3600

const apps = new WeakMap<Env, ApiApp>()

function appOf(env: Env): ApiApp {
  const known = apps.get(env)
  if (known) return known
  const app = createApp(env)
  apps.set(env, app)
  return app
}

/**
 * Capture comes first: it is the hot path, and it works on every host. On the host of a site all other
 * paths but the SDK's own belong to the site, whatever they are called; its answers keep their own headers.
 */
async function route(request: Request, env: Env): Promise<Response> {
  const url = new URL(request.url)
  const path = url.pathname
  if (path.startsWith('/v1/')) {
    const call = captureCallOf(path)
    if (call && request.method === 'POST') return capture(request, env, call)
    if (call && request.method === 'OPTIONS') return preflight()
    return secured(await answerInTime(appOf(env).fetch(request, env)), url)
  }
  if (path === '/e.js') return secured(sdk(), url)
  const site = await directoryOf(env).site(url.host)
  if (!site) {
    const door = frontDoor(request.method, path)
    return secured(door ?? (await answerInTime(appOf(env).fetch(request, env))), url)
  }
  return proxySite(request, site, { ...personalizeDeps(env), fetch: (asked) => fetch(asked) })
}

function sdk(): Response {
  return new Response(sdkScript, {
    headers: {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': `public, max-age=${SDK_MAX_AGE_S}`,
      'access-control-allow-origin': '*',
    },
  })
}

export default {
  async fetch(request, env) {
    try {
      return await route(request, env)
    } catch (error) {
      const problem = answerOf(error instanceof Error ? error : new Error(String(error)))
      return secured(problem, new URL(request.url))
    }
  },

  /** Alarms make things prompt; this makes them certain. */
  async scheduled(_controller, env) {
    await sweep(env)
  },
} satisfies ExportedHandler<Env>
