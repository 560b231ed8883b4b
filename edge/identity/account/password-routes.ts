import type { Context } from 'hono'
import { z } from 'zod'
import { accessChanged } from '../../access/access-changed.ts'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { mailerOf } from '../../mail/mailer-of.ts'
import { readerOf } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { firstPassword, mayHavePassword, passwordIs } from '../passwords/first-password.ts'
import { hashPassword, verifyPassword } from '../passwords/hash-password.ts'
import { passwordProblem } from '../passwords/password-quality.ts'
import { firstPasswordWordsOf } from '../passwords/words.ts'
import { userById } from '../people/users.ts'
import { endSessions, workspacesOf } from '../sessions/session-list.ts'
import { admit } from '../sign-in/guards.ts'
import { type AccountOwner, asOwner, changeAccount } from './account-owner.ts'
import { accountPage } from './routes.ts'

type Ctx = Context<ApiEnv>

const PasswordForm = z.object({ current: z.string().max(2_000), password: z.string().max(2_000) })
const FirstForm = z.object({ password: z.string().max(2_000) })

/** `/account/password`: another password in place of the one that is known, or a first one. */
export function accountPasswordRoutes(): ApiApp {
  const app = pageApp()
  app.use('/account/*', sameOriginForm)
  app.post('/account/password', (c) => asOwner(c, false, (owner) => changePassword(c, owner)))
  app.post('/account/password/first', (c) => asOwner(c, true, (owner) => setFirst(c, owner)))
  return app
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

/**
 * A way in that was not there before: it needs a recent proof, as a passkey does, and ends no session, since nobody
 * can have known it.
 */
async function setFirst(c: Ctx, owner: AccountOwner): Promise<Response> {
  const { control, session } = owner
  const { words, language } = readerOf(c.req.raw)
  const first = firstPasswordWordsOf(language)
  const form = await fieldsOf(c.req.raw, FirstForm)
  const user = await userById(control, session.userId)
  // A second press on the button, or whoever has a password and would not show that they know it.
  if (!user || user.passwordHash !== null) return accountPage(c, owner, {})
  if (!(await mayHavePassword(control, user))) {
    return accountPage(c, owner, { problem: first.demanded })
  }
  const problem = passwordProblem(form?.password ?? '', user)
  if (!form || problem) {
    const code = problem?.code ?? 'password_too_short'
    return accountPage(c, owner, { problem: words.passwordProblems[code] })
  }
  const hash = await hashPassword(form.password)
  const after = { by: 'owner', password: 'first' }
  const isOurs = passwordIs(user.id, hash)
  await changeAccount(c, owner, [firstPassword(user, hash)], 'passwords.changed', after, isOurs)
  // Somebody was faster, or the company demands by now to be asked itself: the page says what is the case.
  if ((await userById(control, user.id))?.passwordHash !== hash) return accountPage(c, owner, {})
  await mailerOf(c.env).send({
    to: user.email,
    subject: first.mailSetSubject,
    text: first.mailSet,
    locale: language,
  })
  return accountPage(c, owner, { good: first.done })
}
