import { authorize } from './access/authorize.ts'
import { type ApiApp, apiApp, requireJson } from './api/api-app.ts'
import { docsRoutes } from './api/docs-routes.ts'
import { eventRoutes } from './api/event-routes.ts'
import { healthRoutes } from './api/health-routes.ts'
import { identityRoutes } from './api/identity-routes.ts'
import { requestLimits } from './api/request-limits.ts'
import { slotRoutes } from './api/slot-routes.ts'
import { statsRoutes } from './api/stats-routes.ts'
import { unrouted } from './api/unrouted.ts'
import { visitorRoutes } from './api/visitor-routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { captureRoutes } from './capture/routes.ts'
import type { Env } from './env.ts'
import { erasureRoutes } from './erasure/routes.ts'
import { publishedSnapshot } from './hub/published-snapshot.ts'
import { confirmRoutes } from './identity/account/confirm-routes.ts'
import { factorRoutes } from './identity/account/factor-routes.ts'
import { accountPasskeyRoutes } from './identity/account/passkey-routes.ts'
import { accountPasswordRoutes } from './identity/account/password-routes.ts'
import { accountRoutes } from './identity/account/routes.ts'
import { accountSessionRoutes } from './identity/account/session-routes.ts'
import { keyRoutes } from './identity/api-keys/routes.ts'
import { appRoutes } from './identity/apps/routes.ts'
import { invitationPages } from './identity/members/invitation-pages.ts'
import { invitationRoutes } from './identity/members/invitation-routes.ts'
import { memberRoutes } from './identity/members/routes.ts'
import { authorizeRoutes } from './identity/oauth/authorize-routes.ts'
import { metadataRoutes } from './identity/oauth/metadata-routes.ts'
import { tokenRoutes } from './identity/oauth/token-routes.ts'
import { policyRoutes } from './identity/policies/routes.ts'
import { roleRoutes } from './identity/roles/routes.ts'
import { meRoutes } from './identity/sessions/me-routes.ts'
import { sessionRoutes } from './identity/sessions/session-routes.ts'
import { passkeySignInRoutes } from './identity/sign-in/passkey-routes.ts'
import { resetRoutes } from './identity/sign-in/reset-routes.ts'
import { signInRoutes } from './identity/sign-in/routes.ts'
import { ssoConfirmRoutes } from './identity/sso/confirm-with-company.ts'
import { ssoDomainRoutes } from './identity/sso/connections/domain-routes.ts'
import { ssoConnectionRoutes } from './identity/sso/connections/routes.ts'
import { ssoLinkRoutes } from './identity/sso/link-routes.ts'
import { ssoRoutes } from './identity/sso/routes.ts'
import { liveRoutes } from './live/routes.ts'
import { decideRoutes } from './personalize/decide-routes.ts'
import type { SiteProxyDeps } from './personalize/site-proxy.ts'
import { visitorTokens } from './personalize/visitor-token.ts'
import { projectionRoutes } from './projection/routes.ts'
import { spendDecision } from './quota/isolate-meters.ts'
import { recommendRoutes } from './recommend/routes.ts'
import { importRoutes } from './scoring/registry/imported/routes.ts'
import { scorersOf } from './scoring/registry/isolate-scorers.ts'
import { modelRoutes } from './scoring/registry/routes.ts'
import { scoreRoutes } from './scoring/routes.ts'
import { watchRoutes } from './scoring/watching/routes.ts'
import { sealingRoutes } from './sealing/routes.ts'
import { syncRoutes } from './sync/routes.ts'
import { directoryOf } from './tenancy/directory-of.ts'
import { trainingRoutes } from './training/routes.ts'
import { liveFacts, liveProfile } from './visitors/visitor-facts.ts'

/** What serving pages and answering decisions share. */
export function personalizeDeps(env: Env): Omit<SiteProxyDeps, 'fetch'> {
  return {
    tokens: visitorTokens(env.SIGNING_SECRET),
    factsOf: (workspaceId, visitorId) => liveFacts(env, workspaceId, visitorId),
    spendDecision: (workspaceId) => spendDecision(env, workspaceId),
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
  app.use(requestLimits)
  app.route('/', captureRoutes())
  app.route(
    '/',
    decideRoutes({
      ...personalizeDeps(env),
      authorize: (key) => directoryOf(env).check(key),
      async workspaceOfPerson(request, permission) {
        return (await authorize(env, request, permission)).workspace
      },
    }),
  )
  app.route(
    '/',
    scoreRoutes({
      scorers: (workspaceId) => scorersOf(env, workspaceId),
      profileOf: (workspaceId, visitorId) => liveProfile(env, workspaceId, visitorId),
      async authorize(c, permission) {
        const { workspace } = await authorize(env, c.req.raw, permission)
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
    auditRoutes(),
    meRoutes(),
    sessionRoutes(),
    liveRoutes(),
    memberRoutes(),
    invitationRoutes(),
    roleRoutes(),
    keyRoutes(),
    appRoutes(),
    policyRoutes(),
    ssoConnectionRoutes(),
    ssoDomainRoutes(),
    healthRoutes(),
    sealingRoutes(),
  ]) {
    app.route('/', routes)
  }
  for (const pages of [
    metadataRoutes(),
    tokenRoutes(),
    authorizeRoutes(),
    signInRoutes(),
    passkeySignInRoutes(),
    resetRoutes(),
    ssoRoutes(),
    ssoLinkRoutes(),
    ssoConfirmRoutes(),
    invitationPages(),
    accountRoutes(),
    accountSessionRoutes(),
    accountPasswordRoutes(),
    factorRoutes(),
    accountPasskeyRoutes(),
    confirmRoutes(),
  ]) {
    app.route('/', pages)
  }
  app.route('/', docsRoutes(app))
  app.notFound(unrouted(app))
  return app
}
