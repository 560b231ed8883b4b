import { type ApiApp, apiApp, requireJson } from './api/api-app.ts'
import { docsRoutes } from './api/docs-routes.ts'
import { eventRoutes } from './api/event-routes.ts'
import { healthRoutes } from './api/health-routes.ts'
import { identityRoutes } from './api/identity-routes.ts'
import { slotRoutes } from './api/slot-routes.ts'
import { statsRoutes } from './api/stats-routes.ts'
import { unrouted } from './api/unrouted.ts'
import { visitorRoutes } from './api/visitor-routes.ts'
import { captureRoutes } from './capture/routes.ts'
import type { Env } from './env.ts'
import { erasureRoutes } from './erasure/routes.ts'
import { publishedSnapshot } from './hub/published-snapshot.ts'
import { authorize } from './keys/authorize.ts'
import { decideRoutes } from './personalize/decide-routes.ts'
import type { SiteProxyDeps } from './personalize/site-proxy.ts'
import { visitorTokens } from './personalize/visitor-token.ts'
import { projectionRoutes } from './projection/routes.ts'
import { recommendRoutes } from './recommend/routes.ts'
import { importRoutes } from './scoring/registry/imported/routes.ts'
import { scorersOf } from './scoring/registry/isolate-scorers.ts'
import { modelRoutes } from './scoring/registry/routes.ts'
import { scoreRoutes } from './scoring/routes.ts'
import { watchRoutes } from './scoring/watching/routes.ts'
import { syncRoutes } from './sync/routes.ts'
import { directoryOf } from './tenancy/directory-of.ts'
import { trainingRoutes } from './training/routes.ts'
import { liveFacts, liveProfile } from './visitors/visitor-facts.ts'

/** What serving pages and answering decisions share. */
export function personalizeDeps(env: Env): Omit<SiteProxyDeps, 'fetch'> {
  return {
    tokens: visitorTokens(env.SIGNING_SECRET),
    factsOf: (workspaceId, visitorId) => liveFacts(env, workspaceId, visitorId),
    async snapshotOf(workspaceId) {
      const workspace = await directoryOf(env).workspace(workspaceId)
      if (!workspace) throw new Error(`There is no workspace ${workspaceId}.`)
      return publishedSnapshot(env, workspace)
    },
  }
}

/** Every route of the edge on one app: each feature brings its own. */
export function createApp(env: Env): ApiApp {
  const app = apiApp()
  app.route('/', captureRoutes())
  app.route(
    '/',
    decideRoutes({ ...personalizeDeps(env), authorize: (key) => directoryOf(env).check(key) }),
  )
  app.route(
    '/',
    scoreRoutes({
      scorers: (workspaceId) => scorersOf(env, workspaceId),
      profileOf: (workspaceId, visitorId) => liveProfile(env, workspaceId, visitorId),
      async authorize(c, permission) {
        const { workspace } = await authorize(directoryOf(env), c.req.raw, permission)
        requireJson(c.req.raw)
        return { workspaceId: workspace.id }
      },
      now: Date.now,
    }),
  )
  for (const routes of [
    visitorRoutes(),
    eventRoutes(),
    statsRoutes(),
    slotRoutes(),
    modelRoutes(),
    watchRoutes(),
    importRoutes(),
    identityRoutes(),
    erasureRoutes(),
    projectionRoutes(),
    syncRoutes(),
    trainingRoutes(),
    recommendRoutes(),
    healthRoutes(),
  ]) {
    app.route('/', routes)
  }
  app.route('/', docsRoutes(app))
  app.notFound(unrouted(app))
  return app
}
