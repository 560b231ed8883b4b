import type { Context } from 'hono'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { asOwner } from '../account/account-owner.ts'
import { confirmed } from '../account/confirm-routes.ts'
import { readerOf, seeOther } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import type { Begun } from './begun-sign-in.ts'
import { connectionOfPerson, type SsoConnection } from './connections/connection.ts'
import { CLOCK_TOLERANCE_S, type IdTokenClaims } from './id-token.ts'
import { endPage } from './pages.ts'
import { placeAfter, sendToProvider } from './send-to-provider.ts'
import { personOfSubject } from './sign-in-facts.ts'
import { ssoWordsOf } from './words.ts'

type Ctx = Context<ApiEnv>

/**
 * `/sso/confirm`: whoever came through a company, and perhaps has no password at all, shows there once more
 * who they are, before what cannot be undone easily.
 */
export function ssoConfirmRoutes(): ApiApp {
  const app = pageApp()
  app.get('/sso/confirm', (c) =>
    asOwner(c, false, async ({ control, session }) => {
      const appSession = c.req.query('session') ?? ''
      const purpose = { kind: 'confirm' as const, userId: session.userId, appSession }
      const connection = await connectionOfPerson(control, session.userId)
      return connection
        ? sendToProvider(c, connection, { email: session.email, purpose })
        : seeOther(placeAfter(purpose))
    }),
  )
  return app
}

/** Takes the provider's word that the person who is signed in here was just asked there. */
export function confirmAnswer(
  c: Ctx,
  connection: SsoConnection,
  claims: IdTokenClaims,
  begun: Begun,
  purpose: Extract<Begun['purpose'], { kind: 'confirm' }>,
): Promise<Response> {
  return asOwner(c, false, async (owner) => {
    const reader = readerOf(c.req.raw)
    const words = ssoWordsOf(reader.language)
    const refused = (text: string) =>
      endPage(reader, text, { returnTo: placeAfter(purpose), status: 403 })
    const person = await personOfSubject(controlStore(c.env), connection, claims.sub)
    const isSame = person?.userId === purpose.userId && owner.session.userId === purpose.userId
    if (!isSame || person.isDeactivated) return refused(words.confirmOther)
    if (!wasAsked(claims, begun.begunAt)) return refused(words.confirmNotAsked)
    return confirmed(c, owner, 'sso', purpose.appSession)
  })
}

/**
 * Some providers let a request for a new sign-in pass unheard; `auth_time` says so (OpenID Connect Core,
 * 3.1.2.1: with `max_age` it is there).
 */
function wasAsked({ auth_time: askedAt }: IdTokenClaims, begunAt: number): boolean {
  return typeof askedAt === 'number' && askedAt >= begunAt / 1_000 - CLOCK_TOLERANCE_S
}
