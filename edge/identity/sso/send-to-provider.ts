import type { Context } from 'hono'
import type { ApiEnv } from '../../api/api-app.ts'
import { outboundOf } from '../../outbound/outbound-of.ts'
import { issuerOf } from '../issuer.ts'
import { type Reader, readerOf } from '../pages/page.ts'
import { questionFor } from './begin-sign-in.ts'
import { type Begun, begunCookie } from './begun-sign-in.ts'
import { callbackUri, type SsoConnection } from './connections/connection.ts'
import { endPage, onwardPage } from './pages.ts'
import { discover } from './provider.ts'
import type { Redeemed } from './redeem-answer.ts'
import { ssoWordsOf } from './words.ts'

/**
 * Remembers the question in the browser, and sends it to the provider.
 *
 * @param asked.email whom the provider is told to expect
 */
export async function sendToProvider(
  c: Context<ApiEnv>,
  connection: SsoConnection,
  asked: { email: string; purpose: Begun['purpose'] },
): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const found = await discover(outboundOf(c.env), connection.issuer)
  if (found.kind !== 'found') return failurePage(reader, connection, found, asked.purpose, [])
  const { id: connectionId, clientId, roleClaim } = connection
  const redirectUri = callbackUri(issuerOf(c.env, c.req.url), connectionId)
  const { url, ...question } = await questionFor(found.provider, {
    clientId,
    redirectUri,
    roleClaim,
    email: asked.email,
    freshly: asked.purpose.kind === 'confirm',
  })
  const begun = { connectionId, ...question, purpose: asked.purpose }
  const kept = await begunCookie(c.env.SIGNING_SECRET, c.req.raw, begun, Date.now())
  return onwardPage(reader, { url, name: connection.name }, [['set-cookie', kept]])
}

/** Says on a page that a provider's answer did not let anybody in; the log says why. */
export function failurePage(
  reader: Reader,
  connection: SsoConnection,
  failure: Exclude<Redeemed, { kind: 'believed' }>,
  purpose: Begun['purpose'],
  headers: [string, string][],
): Promise<Response> {
  const words = ssoWordsOf(reader.language)
  const returnTo = placeAfter(purpose)
  if (failure.kind === 'declined') {
    return endPage(reader, words.declined, { returnTo, status: 403, headers })
  }
  const { kind, reason } = failure
  console.warn(JSON.stringify({ event: 'sso_failed', connection: connection.id, kind, reason }))
  const text = kind === 'not_believed' ? words.notBelieved : words.unreachable
  const status = kind === 'not_believed' ? 403 : 502
  return endPage(reader, text, { returnTo, status, headers })
}

/** Where somebody goes on who tries again. */
export function placeAfter(purpose: Begun['purpose']): string {
  if (purpose.kind === 'sign_in') return purpose.returnTo
  return purpose.appSession === ''
    ? '/account'
    : `/account/confirm?session=${encodeURIComponent(purpose.appSession)}`
}
