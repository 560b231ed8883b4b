import type { Context } from 'hono'
import { z } from 'zod'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { fromOf } from '../../audit/origin.ts'
import { outboundOf } from '../../outbound/outbound-of.ts'
import { sealerOf } from '../../sealing/sealer-of.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { issuerOf } from '../issuer.ts'
import { type Reader, readerOf, seeOther } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { returnTo } from '../pages/return-to.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { takeChallenge } from '../passkeys/challenges.ts'
import { Email } from '../people/users.ts'
import { signedIn } from '../sign-in/routes.ts'
import { type Begun, endedCookie, readBegun } from './begun-sign-in.ts'
import { completeSignIn, type SsoOutcome } from './complete-sign-in.ts'
import { confirmAnswer } from './confirm-with-company.ts'
import {
  callbackUri,
  clientSecretContext,
  connectionOfAddress,
  type SsoConnection,
  usableConnection,
} from './connections/connection.ts'
import type { IdTokenClaims } from './id-token.ts'
import { addressPage, endPage } from './pages.ts'
import { linkCookie } from './pending-link.ts'
import { redeemAnswer } from './redeem-answer.ts'
import { failurePage, sendToProvider } from './send-to-provider.ts'
import { refusalText, ssoWordsOf } from './words.ts'

type Ctx = Context<ApiEnv>

const AddressForm = z.object({ email: z.string().max(500), return_to: z.string().optional() })

/** `/sso`: to the company's identity provider and back. */
export function ssoRoutes(): ApiApp {
  const app = pageApp()
  app.use('/sso', sameOriginForm)
  app.get('/sso', (c) =>
    addressPage(readerOf(c.req.raw), {
      email: '',
      returnTo: returnTo(c.req.query('return_to')),
      problem: null,
    }),
  )
  app.post('/sso', begin)
  app.get('/sso/callback/:connection', comeBack)
  return app
}

/** What is asked is the domain alone: whether somebody has an account makes no difference to the answer. */
async function begin(c: Ctx): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, AddressForm)
  const next = returnTo(form?.return_to)
  const email = Email.safeParse(form?.email)
  const connection = email.success
    ? await connectionOfAddress(controlStore(c.env), email.data)
    : null
  if (!connection || !email.success) {
    const problem = ssoWordsOf(reader.language).unknown
    return addressPage(reader, { email: form?.email ?? '', returnTo: next, problem, status: 404 })
  }
  const purpose = { kind: 'sign_in' as const, returnTo: next }
  return sendToProvider(c, connection, { email: email.data, purpose })
}

/** The answer belongs to this browser's question, at the connection whose address it came to. */
async function comeBack(c: Ctx): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const { raw } = c.req
  const now = Date.now()
  const control = controlStore(c.env)
  const over: [string, string][] = [['set-cookie', endedCookie(raw)]]
  const again = () => {
    const text = ssoWordsOf(reader.language).again
    return endPage(reader, text, { returnTo: '/account', status: 400, headers: over })
  }
  const begun = await readBegun(c.env.SIGNING_SECRET, raw, now)
  if (!begun || begun.connectionId !== c.req.param('connection')) return again()
  const connection = await usableConnection(control, begun.connectionId)
  if (!connection) return again()
  const answer = new URL(c.req.url).searchParams
  const client = await clientOf(c, connection)
  const redeemed = await redeemAnswer(outboundOf(c.env), client, answer, begun, now)
  if (redeemed.kind !== 'believed') {
    return failurePage(reader, connection, redeemed, begun.purpose, over)
  }
  // A cookie that somebody kept, and a provider that takes codes twice: still once.
  const question = { challenge: begun.state, expiresAt: begun.expiresAt }
  if (!(await takeChallenge(control, question, now))) return again()
  const response = await answerFor(c, reader, connection, redeemed.claims, begun, now)
  for (const [name, value] of over) response.headers.append(name, value)
  return response
}

async function answerFor(
  c: Ctx,
  reader: Reader,
  connection: SsoConnection,
  claims: IdTokenClaims,
  begun: Begun,
  now: number,
): Promise<Response> {
  const { purpose } = begun
  if (purpose.kind === 'confirm') return confirmAnswer(c, connection, claims, begun, purpose)
  const person = { locale: reader.language, from: fromOf(c.req.raw) }
  const outcome = await completeSignIn(c.env, connection, claims, person, now)
  return answerOutcome(c, reader, connection, outcome, purpose.returnTo, now)
}

async function answerOutcome(
  c: Ctx,
  reader: Reader,
  connection: SsoConnection,
  outcome: SsoOutcome,
  next: string,
  now: number,
): Promise<Response> {
  switch (outcome.kind) {
    case 'signed_in':
      return signedIn(c, outcome.userId, ['sso'], next)
    case 'prove': {
      const { kind: _, ...link } = outcome
      const waiting = { ...link, connectionId: connection.id, returnTo: next }
      const kept = await linkCookie(c.env.SIGNING_SECRET, c.req.raw, waiting, now)
      return seeOther('/sso/link', [['set-cookie', kept]])
    }
    case 'refused': {
      const words = ssoWordsOf(reader.language)
      const text = refusalText(words, outcome.reason, connection.workspaceName)
      return endPage(reader, text, { returnTo: next, status: 403 })
    }
  }
}

async function clientOf(c: Ctx, connection: SsoConnection) {
  const { id, workspaceId, issuer, clientId, sealedClientSecret: sealed, roleClaim } = connection
  const clientSecret =
    sealed === null
      ? null
      : await sealerOf(c.env).open(clientSecretContext(workspaceId, id), sealed)
  const redirectUri = callbackUri(issuerOf(c.env, c.req.url), id)
  return { issuer, clientId, clientSecret, redirectUri, roleClaim }
}
