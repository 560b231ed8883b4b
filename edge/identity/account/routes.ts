import type { Context } from 'hono'
import { z } from 'zod'
import { accessChanged } from '../../access/access-changed.ts'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { mailerOf } from '../../mail/mailer-of.ts'
import { page, readerOf, seeOther } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { passkeysWork, scriptIf } from '../passkeys/passkey-page-address.ts'
import { hashPassword, verifyPassword } from '../passwords/hash-password.ts'
import { passwordProblem } from '../passwords/password-quality.ts'
import { userById } from '../people/users.ts'
import { expiredSessionCookie } from '../sessions/browser-sessions.ts'
import { endSessions, liveSessions, workspacesOf } from '../sessions/session-list.ts'
import { admit } from '../sign-in/guards.ts'
import { factorsOf } from '../sign-in/second-factors.ts'
import { type AccountOwner, asOwner, changeAccount } from './account-owner.ts'
import { accountBody } from './account-page.ts'

type Ctx = Context<ApiEnv>

const PasswordForm = z.object({ current: z.string().max(2_000), password: z.string().max(2_000) })
const SessionForm = z.object({ id: z.string().max(64) })

/** `/account`: one's devices and password. Second factors are in factor-routes.ts. */
export function accountRoutes(): ApiApp {
  const app = pageApp()
  app.use('/account', sameOriginForm)
  app.use('/account/*', sameOriginForm)
  app.get('/account', (c) =>
    asOwner(c, false, (owner) => {
      const good = readerOf(c.req.raw).words.confirmedHere
      return accountPage(c, owner, c.req.query('confirmed') === undefined ? {} : { good })
    }),
  )
  app.post('/account/sessions/end', (c) =>
    asOwner(c, false, async (owner) => {
      const form = await fieldsOf(c.req.raw, SessionForm)
      if (form) await end(c, owner, { kind: 'one', id: form.id })
      const { words } = readerOf(c.req.raw)
      return accountPage(c, owner, { good: words.signedOut })
    }),
  )
  app.post('/account/sign-out-everywhere', (c) =>
    asOwner(c, false, async (owner) => {
      await end(c, owner, { kind: 'all' })
      return seeOther('/sign-in', [['set-cookie', expiredSessionCookie(c.req.raw)]])
    }),
  )
  app.post('/account/password', (c) => asOwner(c, false, (owner) => changePassword(c, owner)))
  return app
}

/** The account's page, with a sentence on what was just done. */
export async function accountPage(
  c: Ctx,
  { control, session, now }: AccountOwner,
  said: { good?: string; problem?: string; retryAfterSeconds?: number },
): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const [sessions, factors, user] = await Promise.all([
    liveSessions(control, session.userId, now),
    factorsOf(control, session.userId),
    userById(control, session.userId),
  ])
  const works = passkeysWork(c.env, c.req.url)
  const body = accountBody(reader, {
    name: session.name,
    email: session.email,
    sessionId: session.id,
    sessions,
    factors,
    hasPassword: user?.passwordHash !== null,
    passkeysWork: works,
    good: said.good ?? null,
    problem: said.problem ?? null,
  })
  return page(reader, {
    title: reader.words.account,
    body,
    isWide: true,
    status: said.problem ? 400 : 200,
    retryAfterSeconds: said.retryAfterSeconds,
    ...scriptIf(works),
  })
}

async function end(
  c: Ctx,
  owner: AccountOwner,
  which: Parameters<typeof endSessions>[2],
): Promise<void> {
  const { control, session, now } = owner
  const { ended } = await endSessions(control, session.userId, which, 'signed_out', now)
  await accessChanged(c.env, workspacesOf(ended))
  await changeAccount(c, owner, [], 'sessions.ended', { ended: ended.length })
}

async function changePassword(c: Ctx, owner: AccountOwner): Promise<Response> {
  const { control, session, now } = owner
  const { words, language } = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, PasswordForm)
  const user = await userById(control, session.userId)
  if (!form || !user) return accountPage(c, owner, { problem: words.wrongPassword })
  const admission = await admit(c.env, c.req.raw, session.email)
  if (admission.kind === 'wait') {
    const { seconds } = admission
    return accountPage(c, owner, {
      problem: words.tooManyTries(seconds),
      retryAfterSeconds: seconds,
    })
  }
  const { ok } = await verifyPassword(form.current, user.passwordHash)
  if (!ok) {
    await admission.failed()
    return accountPage(c, owner, { problem: words.wrongPassword })
  }
  await admission.succeeded()
  const problem = passwordProblem(form.password, user)
  if (problem) return accountPage(c, owner, { problem: words.passwordProblems[problem.code] })
  const statement = {
    sql: 'UPDATE users SET password_hash = ? WHERE id = ?',
    args: [await hashPassword(form.password), user.id],
  }
  await changeAccount(c, owner, [statement], 'passwords.changed', { by: 'owner' })
  const others = { kind: 'all_but' as const, id: session.id }
  const { ended } = await endSessions(control, user.id, others, 'password_changed', now)
  await accessChanged(c.env, workspacesOf(ended))
  await mailerOf(c.env).send({
    to: user.email,
    subject: words.mailChangedSubject,
    text: words.mailChanged,
    locale: language,
  })
  return accountPage(c, owner, { good: words.passwordChanged })
}
