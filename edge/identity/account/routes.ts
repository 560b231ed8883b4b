import type { Context } from 'hono'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { page, readerOf } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { sameOriginForm } from '../pages/same-origin-form.ts'
import { passkeysWork, scriptIf } from '../passkeys/passkey-page-address.ts'
import { mayHavePassword } from '../passwords/first-password.ts'
import { membershipsOf, type User, userById } from '../people/users.ts'
import { liveSessions } from '../sessions/session-list.ts'
import { factorsOf } from '../sign-in/second-factors.ts'
import { type AccountOwner, asOwner, isConfirmed } from './account-owner.ts'
import { accountBody } from './account-page.ts'
import type { PasswordState } from './password-section.ts'

type Ctx = Context<ApiEnv>

/** `/account`: the page itself. What its forms do is in the files beside this one. */
export function accountRoutes(): ApiApp {
  const app = pageApp()
  app.use('/account', sameOriginForm)
  app.get('/account', (c) =>
    asOwner(c, false, (owner) => {
      const good = readerOf(c.req.raw).words.confirmedHere
      return accountPage(c, owner, c.req.query('confirmed') === undefined ? {} : { good })
    }),
  )
  return app
}

/** The account's page, with a sentence on what was just done. */
export async function accountPage(
  c: Ctx,
  owner: AccountOwner,
  said: { good?: string; problem?: string; retryAfterSeconds?: number },
): Promise<Response> {
  const { control, session, now } = owner
  const reader = readerOf(c.req.raw)
  const [memberships, sessions, factors, user] = await Promise.all([
    membershipsOf(control, session.userId),
    liveSessions(control, session.userId, now),
    factorsOf(control, session.userId),
    userById(control, session.userId),
  ])
  const works = passkeysWork(c.env, c.req.url)
  const body = accountBody(reader, {
    name: session.name,
    email: session.email,
    memberships,
    sessionId: session.id,
    sessions,
    factors,
    password: await passwordState(owner, user),
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

async function passwordState(owner: AccountOwner, user: User | null): Promise<PasswordState> {
  if (!user || user.passwordHash !== null) return { kind: 'known' }
  return (await mayHavePassword(owner.control, user))
    ? { kind: 'none', isConfirmed: isConfirmed(owner) }
    : { kind: 'demanded' }
}
