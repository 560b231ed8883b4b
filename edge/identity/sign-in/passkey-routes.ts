import type { Context } from 'hono'
import { z } from 'zod'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { issuerOf } from '../issuer.ts'
import { readerOf } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { returnTo } from '../pages/return-to.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { challengeCookieOf, withChallenge } from '../passkeys/challenge-cookie.ts'
import type { ChallengeUse } from '../passkeys/challenges.ts'
import { type ProvenPasskey, provenPasskey } from '../passkeys/proven-passkey.ts'
import { authenticationOptions } from '../passkeys/sign-in-with-passkey.ts'
import { userById } from '../people/users.ts'
import { companySignInDemanded } from '../sso/company-sign-in.ts'
import { admit } from './guards.ts'
import { signedIn, signInPage, signInWait } from './routes.ts'

type Ctx = Context<ApiEnv>

/** A passkey's answer has some thousand characters. */
const MAX_CREDENTIAL_CHARS = 24_000

export const PasskeyFields = {
  credential: z.string().max(MAX_CREDENTIAL_CHARS),
}
const SignInForm = z.object({ ...PasskeyFields, return_to: z.string().optional() })

/** `/sign-in/passkey`: signing in without saying who one is. */
export function passkeySignInRoutes(): ApiApp {
  const app = pageApp()
  app.use('/sign-in/*', sameOriginForm)
  app.post('/sign-in/passkey-options', (c) => signInOptions(c, { kind: 'sign_in' }))
  app.post('/sign-in/passkey', signIn)
  return app
}

/** What the browser is to ask its passkeys, with the challenge remembered in its cookie. */
export function signInOptions(c: Ctx, use: ChallengeUse): Promise<Response> {
  const issuer = issuerOf(c.env, c.req.url)
  return withChallenge(c, use, (challenge) => authenticationOptions({ issuer, challenge }))
}

/** Whose passkey answered the options that this browser had from {@link signInOptions}. */
export function provenByForm(
  c: Ctx,
  use: ChallengeUse,
  credential: string,
): Promise<ProvenPasskey> {
  return provenPasskey({
    control: controlStore(c.env),
    secret: c.env.SIGNING_SECRET,
    issuer: issuerOf(c.env, c.req.url),
    cookie: challengeCookieOf(c.req.raw),
    use,
    credential,
    now: Date.now(),
  })
}

async function signIn(c: Ctx): Promise<Response> {
  const form = await fieldsOf(c.req.raw, SignInForm)
  const next = returnTo(form?.return_to)
  const admission = await admit(c.env, c.req.raw, null)
  if (admission.kind === 'wait') return signInWait(c, '', next, admission.seconds)
  const proven = await provenByForm(c, { kind: 'sign_in' }, form?.credential ?? '')
  if (proven.kind === 'refused' || !(await maySignIn(c, proven.userId))) {
    await admission.failed()
    const problem = readerOf(c.req.raw).words.passkeyRefused
    return signInPage(c, { email: '', returnTo: next, problem, status: 401 })
  }
  await admission.succeeded()
  return signedIn(c, proven.userId, ['passkey'], next)
}

/** Deactivated people do not, nor those whose company wants to be asked itself. */
async function maySignIn(c: Ctx, userId: string): Promise<boolean> {
  const control = controlStore(c.env)
  const user = await userById(control, userId)
  return user !== null && !user.isDeactivated && !(await companySignInDemanded(control, user.email))
}
