import type { Context } from 'hono'
import { html } from 'hono/html'
import { z } from 'zod'
import { accessChanged } from '../../access/access-changed.ts'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { sealerOf } from '../../sealing/sealer-of.ts'
import { notice, page, readerOf, seeOther } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import type { ChallengeUse } from '../passkeys/challenges.ts'
import { passkeysWork, scriptIf } from '../passkeys/passkey-page-address.ts'
import { verifyPassword } from '../passwords/hash-password.ts'
import { userById } from '../people/users.ts'
import type { BrowserSession } from '../sessions/browser-sessions.ts'
import { parseMethods, type SignInMethod } from '../sessions/methods.ts'
import { admit } from '../sign-in/guards.ts'
import { PasskeyFields, provenByForm, signInOptions } from '../sign-in/passkey-routes.ts'
import { factorsOf, hasFactor, takeCode } from '../sign-in/second-factors.ts'
import { connectionOfPerson } from '../sso/connections/connection.ts'
import { type AccountOwner, asOwner } from './account-owner.ts'
import { type Confirmation, confirmBody } from './confirm-page.ts'
import { provenBy } from './factor-routes.ts'

type Ctx = Context<ApiEnv>

const ConfirmForm = z.object({ proof: z.string().max(2_000), session: z.string().max(64) })
const PasskeyForm = z.object({ ...PasskeyFields, session: z.string().max(64) })

/** `/account/confirm`: proves again who somebody is, for this browser and for an app that was refused. */
export function confirmRoutes(): ApiApp {
  const app = pageApp()
  app.use('/account/*', sameOriginForm)
  app.get('/account/confirm', async (c) => {
    const appSession = c.req.query('session') ?? ''
    const here = `/account/confirm${appSession ? `?session=${appSession}` : ''}`
    const answer = await asOwner(c, false, (owner) => confirmPage(c, owner, appSession, {}))
    const isElsewhere = answer.status === 303
    return isElsewhere ? seeOther(`/sign-in?return_to=${encodeURIComponent(here)}`) : answer
  })
  app.post('/account/confirm', (c) => asOwner(c, false, (owner) => confirm(c, owner)))
  app.post('/account/confirm/passkey-options', (c) =>
    asOwner(c, false, ({ session }) => signInOptions(c, confirmationUse(session))),
  )
  app.post('/account/confirm/passkey', (c) =>
    asOwner(c, false, (owner) => confirmByPasskey(c, owner)),
  )
  return app
}

async function confirm(c: Ctx, owner: AccountOwner): Promise<Response> {
  const { control, session, now } = owner
  const { words } = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, ConfirmForm)
  if (!form) return confirmPage(c, owner, '', { problem: words.wrongCode })
  const admission = await admit(c.env, c.req.raw, `confirmation of ${session.userId}`)
  if (admission.kind === 'wait') {
    return waitPage(c, owner, form.session, admission.seconds)
  }
  const needsCode = hasFactor(await factorsOf(control, session.userId))
  const method = needsCode
    ? await takeCode(control, sealerOf(c.env), session.userId, form.proof, now)
    : await passwordProven(owner, form.proof)
  if (!method) {
    await admission.failed()
    const problem = needsCode ? words.wrongCode : words.wrongPassword
    return confirmPage(c, owner, form.session, { problem })
  }
  await admission.succeeded()
  return confirmed(c, owner, method, form.session)
}

/** With any passkey of the person who is signed in here, and with nobody else's. */
async function confirmByPasskey(c: Ctx, owner: AccountOwner): Promise<Response> {
  const { session } = owner
  const form = await fieldsOf(c.req.raw, PasskeyForm)
  const appSession = form?.session ?? ''
  const admission = await admit(c.env, c.req.raw, null)
  if (admission.kind === 'wait') return waitPage(c, owner, appSession, admission.seconds)
  const proven = await provenByForm(c, confirmationUse(session), form?.credential ?? '')
  if (proven.kind === 'refused' || proven.userId !== session.userId) {
    await admission.failed()
    const problem = readerOf(c.req.raw).words.passkeyRefused
    return confirmPage(c, owner, appSession, { problem })
  }
  await admission.succeeded()
  return confirmed(c, owner, 'passkey', appSession)
}

function confirmationUse(session: BrowserSession): ChallengeUse {
  return { kind: 'confirm', sessionId: session.id }
}

function waitPage(
  c: Ctx,
  owner: AccountOwner,
  appSession: string,
  seconds: number,
): Promise<Response> {
  const problem = readerOf(c.req.raw).words.tooManyTries(seconds)
  return confirmPage(c, owner, appSession, { problem, retryAfterSeconds: seconds })
}

async function passwordProven(
  { control, session }: AccountOwner,
  password: string,
): Promise<SignInMethod | null> {
  const user = await userById(control, session.userId)
  const { ok } = await verifyPassword(password, user?.passwordHash ?? null)
  return ok ? 'password' : null
}

/** Notes the proof for this browser, and for an app's session of the same person. */
export async function confirmed(
  c: Ctx,
  { control, session, now }: AccountOwner,
  method: SignInMethod,
  appSessionId: string,
): Promise<Response> {
  const { rows } = await control.execute({
    sql: `SELECT id, methods, workspace_id FROM sessions
      WHERE id = ? AND user_id = ? AND kind = 'app' AND ended_at IS NULL`,
    args: [appSessionId, session.userId],
  })
  const app = rows[0]
  await control.batch(
    [
      provenBy(session.id, session.methods, method, now),
      ...(app ? [provenBy(String(app.id), parseMethods(String(app.methods)), method, now)] : []),
    ],
    'write',
  )
  if (!app) return seeOther('/account?confirmed')
  await accessChanged(c.env, [String(app.workspace_id)])
  const reader = readerOf(c.req.raw)
  const { confirm: title, confirmed: text } = reader.words
  return page(reader, { title, body: html`<h1>${title}</h1>${notice('good', text)}` })
}

/** The app that was refused; its session belongs to the same person, or it is gone. */
async function askerOf(
  { control, session }: AccountOwner,
  appSession: string,
): Promise<Confirmation['asker']> {
  if (!appSession) return { kind: 'account' }
  const { rows } = await control.execute({
    sql: `SELECT name FROM sessions WHERE id = ? AND user_id = ? AND kind = 'app' AND ended_at IS NULL`,
    args: [appSession, session.userId],
  })
  return rows[0]
    ? { kind: 'app', sessionId: appSession, name: String(rows[0].name) }
    : { kind: 'gone' }
}

async function confirmPage(
  c: Ctx,
  owner: AccountOwner,
  appSession: string,
  said: { problem?: string; retryAfterSeconds?: number },
): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const { control, session } = owner
  const [factors, user, company] = await Promise.all([
    factorsOf(control, session.userId),
    userById(control, session.userId),
    connectionOfPerson(control, session.userId),
  ])
  const works = passkeysWork(c.env, c.req.url)
  const body = confirmBody(reader, {
    factors,
    passkeysWork: works,
    hasPassword: user?.passwordHash !== null,
    hasCompany: company !== null,
    asker: await askerOf(owner, appSession),
    problem: said.problem ?? null,
  })
  return page(reader, {
    title: reader.words.confirm,
    body,
    status: said.problem === undefined ? 200 : 401,
    retryAfterSeconds: said.retryAfterSeconds,
    ...scriptIf(works && factors.passkeys.length > 0),
  })
}
