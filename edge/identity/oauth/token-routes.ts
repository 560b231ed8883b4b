import type { Context } from 'hono'
import { accessChanged } from '../../access/access-changed.ts'
import { isolateAccess } from '../../access/isolate-access.ts'
import { readMemberAccess } from '../../access/member-access.ts'
import { type ApiApp, type ApiEnv, apiApp } from '../../api/api-app.ts'
import { controlStore, controlToAsk } from '../../tenancy/directory-of.ts'
import { issuerOf } from '../issuer.ts'
import { sha256Hex } from '../random-secret.ts'
import { endSession } from '../sessions/app-sessions.ts'
import { ACCESS_TOKEN_LIFETIME_S } from '../tokens/access-token.ts'
import { accessTokenOf, newAccessToken, type TokenSubject } from '../tokens/edge-tokens.ts'
import { only, type Parameters } from './authorization-request.ts'
import { authenticatedClient } from './client-authentication.ts'
import { takeCode } from './codes.ts'
import { formOf } from './form-body.ts'
import { NO_STORE, OAuthError, oauthErrorResponse } from './oauth-error.ts'
import { isVerifier } from './pkce.ts'
import { firstRefreshToken, refresh } from './refresh-tokens.ts'

type Ctx = Context<ApiEnv>

/**
 * `/oauth/token`, `/oauth/revoke` and `/oauth/introspect`: called by apps, never by pages, so that they
 * take no cookie. Public: what they need is in the request.
 */
export function tokenRoutes(): ApiApp {
  const app = apiApp()
  app.post('/oauth/token', (c) => answered(() => grant(c)))
  app.post('/oauth/revoke', (c) => answered(() => revoke(c)))
  app.post('/oauth/introspect', (c) => answered(() => introspect(c)))
  return app
}

async function answered(answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof OAuthError) return oauthErrorResponse(error)
    const reason = String(error instanceof Error ? (error.cause ?? error) : error)
    console.error(JSON.stringify({ event: 'oauth_failed', reason }))
    return oauthErrorResponse(
      new OAuthError('temporarily_unavailable', 'The store did not answer; ask again.'),
    )
  }
}

async function grant(c: Ctx): Promise<Response> {
  const form = await formOf(c.req.raw)
  const control = controlStore(c.env)
  const client = await authenticatedClient(control, c.req.raw.headers, form)
  switch (only(form, 'grant_type')) {
    case 'authorization_code': {
      const verifier = required(form, 'code_verifier')
      if (!isVerifier(verifier))
        throw new OAuthError('invalid_grant', 'code_verifier is malformed.')
      const asked = {
        code: required(form, 'code'),
        clientId: client.id,
        redirectUri: required(form, 'redirect_uri'),
        verifier,
      }
      const outcome = await takeCode(control, asked, Date.now())
      if (outcome.kind === 'refused') {
        if (outcome.endedSession) await accessChanged(c.env, [outcome.endedSession.workspaceId])
        throw new OAuthError('invalid_grant', outcome.reason)
      }
      const { token, statement } = await firstRefreshToken(outcome.session.sessionId, Date.now())
      await control.execute(statement)
      return tokens(c, outcome.session, token)
    }
    case 'refresh_token': {
      const token = required(form, 'refresh_token')
      const outcome = await refresh(control, c.env.SIGNING_SECRET, token, client.id, Date.now())
      switch (outcome.kind) {
        case 'refused':
          throw new OAuthError('invalid_grant', 'The refresh token is not good; sign in again.')
        case 'reused':
          await accessChanged(c.env, [outcome.session.workspaceId])
          throw new OAuthError('invalid_grant', 'The refresh token was used twice; sign in again.')
        case 'refreshed':
          return tokens(c, outcome.session, outcome.token)
      }
      break
    }
    case null:
      throw new OAuthError('invalid_request', 'grant_type is missing.')
    default:
      throw new OAuthError(
        'unsupported_grant_type',
        'grant_type must be authorization_code or refresh_token.',
      )
  }
}

function required(form: Parameters, name: string): string {
  const value = only(form, name)
  if (value === null) throw new OAuthError('invalid_request', `${name} is missing, or sent twice.`)
  return value
}

/** With the scope that was really given (RFC 6749, 5.1): what was asked for, as far as the person may do it. */
async function tokens(c: Ctx, session: TokenSubject, refreshToken: string): Promise<Response> {
  const { workspaceId, sessionId } = session
  const [accessToken, access] = await Promise.all([
    newAccessToken(c.env, issuerOf(c.env, c.req.url), session),
    // What was taken for these tokens is spent: they are given, whether or not their scope can be said.
    readMemberAccess(controlToAsk(c.env), workspaceId, sessionId, Date.now()).catch(() => null),
  ])
  return Response.json(
    {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: ACCESS_TOKEN_LIFETIME_S,
      refresh_token: refreshToken,
      // Who lost their access is told why by the routes, in words that no error of a token has.
      ...(access?.kind === 'member' ? { scope: access.permissions.join(' ') } : {}),
    },
    { headers: NO_STORE },
  )
}

/** RFC 7009: always 200, so that nobody learns which tokens exist. Ends the whole session. */
async function revoke(c: Ctx): Promise<Response> {
  const form = await formOf(c.req.raw)
  const control = controlStore(c.env)
  const client = await authenticatedClient(control, c.req.raw.headers, form)
  const session = await sessionOfToken(c, required(form, 'token'))
  if (session && session.clientId === client.id) {
    await control.execute(endSession(session.sessionId, 'signed_out', Date.now()))
    await accessChanged(c.env, [session.workspaceId])
  }
  return new Response(null, { status: 200, headers: NO_STORE })
}

/** RFC 7662, for confidential clients, about tokens of their own workspace. */
async function introspect(c: Ctx): Promise<Response> {
  const form = await formOf(c.req.raw)
  const client = await authenticatedClient(controlStore(c.env), c.req.raw.headers, form)
  if (client.secretHash === null) {
    throw new OAuthError('invalid_client', 'Only clients with a secret may ask about tokens.')
  }
  const inactive = () => Response.json({ active: false }, { headers: NO_STORE })
  const checked = await accessTokenOf(c.env, c.req.url, required(form, 'token'))
  if (checked.kind !== 'valid' || checked.claims.workspace !== client.workspaceId) return inactive()
  const { claims } = checked
  const answer = await isolateAccess(c.env).of(claims.workspace, claims.sid, 'write')
  if (answer.kind === 'unavailable') {
    throw new OAuthError('temporarily_unavailable', 'The session cannot be checked.')
  }
  if (answer.access.kind === 'none') return inactive()
  const scope = answer.access.permissions.join(' ')
  return Response.json(
    { active: true, token_type: 'Bearer', scope, ...claims },
    { headers: NO_STORE },
  )
}

/** The session of a refresh token, or of an access token. */
async function sessionOfToken(c: Ctx, token: string): Promise<TokenSubject | null> {
  if (token.includes('.')) {
    const checked = await accessTokenOf(c.env, c.req.url, token)
    if (checked.kind !== 'valid') return null
    const { sub, sid, workspace, client_id } = checked.claims
    return { userId: sub, sessionId: sid, workspaceId: workspace, clientId: client_id }
  }
  const { rows } = await controlStore(c.env).execute({
    sql: `SELECT s.id, s.user_id, s.workspace_id, s.client_id FROM refresh_tokens t
      JOIN sessions s ON s.id = t.session_id WHERE t.token_hash = ?`,
    args: [await sha256Hex(token)],
  })
  const row = rows[0]
  if (!row) return null
  return {
    sessionId: String(row.id),
    userId: String(row.user_id),
    workspaceId: String(row.workspace_id),
    clientId: String(row.client_id),
  }
}
