import type { Context } from 'hono'
import { notedChange } from '#shared/audit/entry.ts'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { fromOf } from '../../audit/origin.ts'
import { auditOutboxStatement } from '../../audit/outbox.ts'
import type { StoreClient } from '../../store/client.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { takeAudit } from '../change-control.ts'
import { issuerOf } from '../issuer.ts'
import { notice, page, readerOf, seeOther } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { sameOriginForm } from '../pages/same-origin-form.ts'
import { demandsFactor, type Membership, membershipsOf } from '../people/users.ts'
import { randomSecret, sha256Hex } from '../random-secret.ts'
import { insertAppSession } from '../sessions/app-sessions.ts'
import { type BrowserSession, browserSession } from '../sessions/browser-sessions.ts'
import { deviceOf } from '../sessions/device.ts'
import { isSecondFactor } from '../sessions/methods.ts'
import {
  type AuthorizationRequest,
  only,
  type Parameters,
  parametersOf,
  type ReadAuthorization,
  readAuthorization,
  redirectWith,
} from './authorization-request.ts'
import { findClient } from './clients.ts'
import { CODE_PREFIX, insertCode } from './codes.ts'
import { consentBody } from './consent-page.ts'
import { formOf } from './form-body.ts'
import { OAuthError } from './oauth-error.ts'

type Ctx = Context<ApiEnv>

/** `/oauth/authorize`: a person says whether an app may work in their name. */
export function authorizeRoutes(): ApiApp {
  const app = pageApp()
  app.use('/oauth/authorize', sameOriginForm)
  app.get('/oauth/authorize', async (c) => {
    const parameters = parametersOf(new URL(c.req.url).searchParams)
    return withRequest(c, parameters, async (request, session, memberships) =>
      consent(c, parameters, request, session, memberships, null),
    )
  })
  app.post('/oauth/authorize', async (c) => {
    const parameters = await formOf(c.req.raw).catch((error) => {
      if (error instanceof OAuthError) return parametersOf([])
      throw error
    })
    return withRequest(c, parameters, (request, session, memberships) =>
      answer(c, parameters, request, session, memberships),
    )
  })
  return app
}

type Go = (
  request: AuthorizationRequest,
  session: BrowserSession,
  memberships: Membership[],
) => Promise<Response>

/** Reads the request, and has the person sign in first where nobody is. */
async function withRequest(c: Ctx, parameters: Parameters, go: Go): Promise<Response> {
  const control = controlStore(c.env)
  const clientId = only(parameters, 'client_id')
  const client = clientId === null ? null : await findClient(control, clientId)
  const read = readAuthorization(parameters, client)
  if (read.kind !== 'valid') return refused(c, read)
  const session = await browserSession(control, c.req.raw, Date.now())
  if (!session) {
    const here = `/oauth/authorize?${query(parameters)}`
    return seeOther(`/sign-in?return_to=${encodeURIComponent(here)}`)
  }
  const all = await membershipsOf(control, session.userId)
  const own = read.request.client.workspaceId
  return go(
    read.request,
    session,
    all.filter(({ workspaceId }) => own === null || workspaceId === own),
  )
}

/** What the form sends along again; its own answers do not belong to the request. */
const ASKED = [
  'client_id',
  'redirect_uri',
  'response_type',
  'state',
  'code_challenge',
  'code_challenge_method',
  'scope',
]

function asked(parameters: Parameters): [string, string][] {
  return ASKED.flatMap((name) => {
    const value = only(parameters, name)
    return value === null ? [] : [[name, value] satisfies [string, string]]
  })
}

const query = (parameters: Parameters) => new URLSearchParams(asked(parameters)).toString()

function refused(
  c: Ctx,
  read: Exclude<ReadAuthorization, { kind: 'valid' }>,
): Promise<Response> | Response {
  if (read.kind === 'refused_there') {
    const said = { error: read.error, error_description: read.description }
    return seeOther(redirectWith(read.redirectUri, issuerOf(c.env, c.req.url), read.state, said))
  }
  const reader = readerOf(c.req.raw)
  const { unknownClient, wrongRedirect, signIn } = reader.words
  const text = read.reason === 'unknown_client' ? unknownClient : wrongRedirect
  return page(reader, { title: signIn, body: notice('bad', text), status: 400 })
}

async function consent(
  c: Ctx,
  parameters: Parameters,
  request: AuthorizationRequest,
  session: BrowserSession,
  workspaces: Membership[],
  problem: string | null,
): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const { client } = request
  const home = workspaces.find(({ workspaceId }) => workspaceId === client.workspaceId)
  const body = consentBody(reader, {
    email: session.email,
    app: client.name,
    appWorkspace: client.workspaceId === null ? null : (home?.workspaceName ?? client.workspaceId),
    permissions: request.permissions,
    workspaces,
    parameters: asked(parameters),
    problem,
  })
  const formTargets = [new URL(request.redirectUri).origin]
  const title = reader.words.letIn(client.name)
  return page(reader, { title, body, formTargets, status: problem === null ? 200 : 403 })
}

async function answer(
  c: Ctx,
  parameters: Parameters,
  request: AuthorizationRequest,
  session: BrowserSession,
  memberships: Membership[],
): Promise<Response> {
  const issuer = issuerOf(c.env, c.req.url)
  const back = (said: Record<string, string>) =>
    seeOther(redirectWith(request.redirectUri, issuer, request.state, said))
  if (only(parameters, 'answer') !== 'allow') {
    return back({ error: 'access_denied', error_description: 'The person did not allow it.' })
  }
  const workspaceId = only(parameters, 'workspace')
  const chosen = memberships.find((membership) => membership.workspaceId === workspaceId)
  const { words } = readerOf(c.req.raw)
  if (!chosen) return consent(c, parameters, request, session, memberships, words.noWorkspace)
  if (demandsFactor(chosen) && !session.methods.some(isSecondFactor)) {
    const problem = words.factorDemanded(chosen.workspaceName)
    return consent(c, parameters, request, session, memberships, problem)
  }
  const code = await letIn(controlStore(c.env), c.req.raw, request, session, chosen.workspaceId)
  takeAudit(c.env, chosen.workspaceId)
  return back({ code })
}

/** Opens the app's session, and makes the code that stands for it. */
async function letIn(
  control: StoreClient,
  raw: Request,
  request: AuthorizationRequest,
  session: BrowserSession,
  workspaceId: string,
): Promise<string> {
  const now = Date.now()
  const code = randomSecret(CODE_PREFIX, 256)
  const sessionId = randomSecret('ses_', 128)
  const device = deviceOf(raw)
  const { client } = request
  const actor = { kind: 'person' as const, userId: session.userId, sessionId: session.id }
  const origin = { actor, from: fromOf(raw) }
  await control.batch(
    [
      insertAppSession(
        {
          id: sessionId,
          userId: session.userId,
          workspaceId,
          clientId: client.id,
          permissions: request.permissions,
          name: `${client.name}, ${device.name}`,
          country: device.country,
          methods: session.methods,
          confirmedAt: session.confirmedAt,
        },
        now,
      ),
      insertCode(
        await sha256Hex(code),
        {
          sessionId,
          clientId: client.id,
          redirectUri: request.redirectUri,
          codeChallenge: request.codeChallenge,
        },
        now,
      ),
      auditOutboxStatement(
        notedChange(origin, {
          action: 'sessions.started',
          subject: { kind: 'session', id: sessionId },
          at: now,
          after: { client: client.id, device: device.name },
        }),
        workspaceId,
      ),
    ],
    'write',
  )
  return code
}
