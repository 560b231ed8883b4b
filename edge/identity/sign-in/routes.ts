import type { Context } from 'hono'
import { z } from 'zod'
import passkeyPage from '../../../dist/identity/passkey.txt'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { sealerOf } from '../../sealing/sealer-of.ts'
import type { StoreClient } from '../../store/client.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { page, readerOf, seeOther } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { returnTo } from '../pages/return-to.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { PASSKEY_SCRIPT, passkeysWork, scriptIf } from '../passkeys/passkey-page-address.ts'
import { hashPassword, verifyPassword } from '../passwords/hash-password.ts'
import { type User, userByEmail, userById } from '../people/users.ts'
import {
  browserSession,
  cookie,
  cookieOf,
  expiredSessionCookie,
  newBrowserSession,
  sessionCookie,
} from '../sessions/browser-sessions.ts'
import { deviceOf } from '../sessions/device.ts'
import type { SignInMethod } from '../sessions/methods.ts'
import { companySignInDemanded } from '../sso/company-sign-in.ts'
import { admit } from './guards.ts'
import { secondFactorBody, signInBody } from './pages.ts'
import { pendingText, readPending } from './pending.ts'
import { factorsOf, hasFactor, takeCode } from './second-factors.ts'

type Ctx = Context<ApiEnv>

const PENDING_COOKIE = 'edgewise_pending'
const PENDING_MAX_AGE_S = 600
const MAX_FIELD_CHARS = 2_000

const SignInForm = z.object({
  email: z.string().max(MAX_FIELD_CHARS),
  password: z.string().max(MAX_FIELD_CHARS),
  return_to: z.string().optional(),
})
const CodeForm = z.object({ code: z.string().max(MAX_FIELD_CHARS) })

/** `/sign-in` and its second step, `/sign-out`. */
export function signInRoutes(): ApiApp {
  const app = pageApp()
  app.use('/sign-in/*', sameOriginForm)
  app.use('/sign-in', sameOriginForm)
  app.use('/sign-out', sameOriginForm)
  app.get('/sign-in', async (c) => {
    const next = returnTo(c.req.query('return_to'))
    const session = await browserSession(controlStore(c.env), c.req.raw, Date.now())
    return session ? seeOther(next) : signInPage(c, { email: '', returnTo: next })
  })
  app.post('/sign-in', signIn)
  app.get('/sign-in/code', (c) => secondFactorPage(c, {}))
  app.post('/sign-in/code', secondStep)
  app.get(PASSKEY_SCRIPT, () => passkeyScript())
  app.post('/sign-out', async (c) => {
    const control = controlStore(c.env)
    const session = await browserSession(control, c.req.raw, Date.now())
    if (session) {
      await control.execute({
        sql: "UPDATE sessions SET ended_at = ?, ended_because = 'signed_out' WHERE id = ?",
        args: [Date.now(), session.id],
      })
    }
    return seeOther('/sign-in', [['set-cookie', expiredSessionCookie(c.req.raw)]])
  })
  return app
}

function passkeyScript(): Response {
  const headers = { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' }
  return new Response(passkeyPage, { headers })
}

async function signIn(c: Ctx): Promise<Response> {
  const { words } = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, SignInForm)
  const email = form?.email.trim().toLowerCase() ?? ''
  const next = returnTo(form?.return_to)
  const again = (problem: string, status: number) =>
    signInPage(c, { email, returnTo: next, problem, status })
  if (!form || !email) return again(words.wrongCredentials, 400)
  const admission = await admit(c.env, c.req.raw, email)
  if (admission.kind === 'wait') return signInWait(c, email, next, admission.seconds)
  const control = controlStore(c.env)
  // Whoever has no account costs the same look-up and the same hash.
  const user = await userByEmail(control, email)
  const checked = await verifyPassword(form.password, user?.passwordHash ?? null)
  const isCompanys = await companySignInDemanded(control, email)
  if (!user || !checked.ok || user.isDeactivated || isCompanys) {
    await admission.failed()
    return again(words.wrongCredentials, 401)
  }
  await admission.succeeded()
  if (checked.needsUpgrade) await upgradeHash(control, user, form.password)
  if (hasFactor(await factorsOf(control, user.id))) {
    const pending = { userId: user.id, methods: ['password' as const], returnTo: next }
    const text = await pendingText(c.env.SIGNING_SECRET, pending, Date.now())
    const value = cookie(c.req.raw, PENDING_COOKIE, text, PENDING_MAX_AGE_S)
    return seeOther('/sign-in/code', [['set-cookie', value]])
  }
  return signedIn(c, user.id, ['password'], next)
}

async function secondStep(c: Ctx): Promise<Response> {
  const { words } = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, CodeForm)
  const now = Date.now()
  const pending = await pendingOf(c)
  if (!pending) {
    const problem = words.pendingOver
    return signInPage(c, { email: '', returnTo: '/account', problem, status: 401 })
  }
  if (!form) return secondFactorPage(c, { problem: words.wrongCode, status: 400 })
  const admission = await admit(c.env, c.req.raw, `second factor of ${pending.userId}`)
  if (admission.kind === 'wait') {
    const { seconds } = admission
    return secondFactorPage(c, {
      problem: words.tooManyTries(seconds),
      retryAfterSeconds: seconds,
    })
  }
  const control = controlStore(c.env)
  const user = await userById(control, pending.userId)
  const method = await takeCode(control, sealerOf(c.env), pending.userId, form.code, now)
  if (!method || !user || user.isDeactivated) {
    await admission.failed()
    return secondFactorPage(c, { problem: words.wrongCode, status: 401 })
  }
  await admission.succeeded()
  return signedIn(c, pending.userId, [...pending.methods, method], pending.returnTo)
}

/** Opens a browser session and goes on to where the person was going. */
export async function signedIn(
  c: Ctx,
  userId: string,
  methods: readonly SignInMethod[],
  next: string,
): Promise<Response> {
  const device = deviceOf(c.req.raw)
  const { secret, statement } = await newBrowserSession(userId, methods, device, Date.now())
  await controlStore(c.env).execute(statement)
  return seeOther(next, [
    ['set-cookie', sessionCookie(c.req.raw, secret)],
    ['set-cookie', cookie(c.req.raw, PENDING_COOKIE, '', 0)],
  ])
}

async function upgradeHash(control: StoreClient, user: User, password: string): Promise<void> {
  await control.execute({
    sql: 'UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?',
    args: [await hashPassword(password), user.id, user.passwordHash],
  })
}

function pendingOf(c: Ctx) {
  return readPending(c.env.SIGNING_SECRET, cookieOf(c.req.raw, PENDING_COOKIE), Date.now())
}

export function signInWait(
  c: Ctx,
  email: string,
  next: string,
  seconds: number,
): Promise<Response> {
  const problem = readerOf(c.req.raw).words.tooManyTries(seconds)
  return signInPage(c, { email, returnTo: next, problem, retryAfterSeconds: seconds })
}

export function signInPage(
  c: Ctx,
  state: {
    email: string
    returnTo: string
    problem?: string
    status?: number
    retryAfterSeconds?: number
  },
): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const hasPasskeys = passkeysWork(c.env, c.req.url)
  const body = signInBody(reader, { problem: null, ...state, hasPasskeys })
  const title = reader.words.signIn
  const { status = 200, retryAfterSeconds } = state
  return page(reader, { title, body, status, retryAfterSeconds, ...scriptIf(hasPasskeys) })
}

async function secondFactorPage(
  c: Ctx,
  state: { problem?: string; status?: number; retryAfterSeconds?: number },
): Promise<Response> {
  const pending = await pendingOf(c)
  if (!pending) return seeOther('/sign-in')
  const reader = readerOf(c.req.raw)
  const factors = await factorsOf(controlStore(c.env), pending.userId)
  const hasPasskeys = factors.passkeys.length > 0 && passkeysWork(c.env, c.req.url)
  const body = secondFactorBody(reader, {
    hasTotp: factors.hasTotp,
    hasPasskeys,
    returnTo: pending.returnTo,
    problem: state.problem ?? null,
  })
  const title = reader.words.secondFactor
  const { status = 200, retryAfterSeconds } = state
  return page(reader, { title, body, status, retryAfterSeconds, ...scriptIf(hasPasskeys) })
}
