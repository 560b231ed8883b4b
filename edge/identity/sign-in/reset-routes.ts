import { waitUntil } from 'cloudflare:workers'
import type { Context } from 'hono'
import { z } from 'zod'
import { accessChanged } from '../../access/access-changed.ts'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { fromOf } from '../../audit/origin.ts'
import { mailerOf } from '../../mail/mailer-of.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { takeAudit } from '../change-control.ts'
import { issuerOf } from '../issuer.ts'
import { readerOf } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { hashPassword } from '../passwords/hash-password.ts'
import { passwordProblem } from '../passwords/password-quality.ts'
import { firstPasswordWordsOf } from '../passwords/words.ts'
import { membershipsOf, type User } from '../people/users.ts'
import { endSessions, workspacesOf } from '../sessions/session-list.ts'
import { admit } from './guards.ts'
import { newResetLink, type ResetLink, resetLink, takeResetLink } from './reset-link.ts'
import {
  askPage,
  companyPage,
  donePage,
  newPasswordPage,
  overPage,
  sentPage,
} from './reset-pages.ts'

type Ctx = Context<ApiEnv>

const AskForm = z.object({ email: z.string().max(500) })
const NewForm = z.object({ password: z.string().max(2_000) })

/** `/reset`: a link by mail, and a password behind it, new or first. A second factor stays asked for. */
export function resetRoutes(): ApiApp {
  const app = pageApp()
  app.use('/reset', sameOriginForm)
  app.use('/reset/*', sameOriginForm)
  app.get('/reset', (c) => askPage(readerOf(c.req.raw), null))
  app.post('/reset', ask)
  app.get('/reset/:token', (c) =>
    withLink(c, (user) => newPasswordPage(readerOf(c.req.raw), user.passwordHash === null, null)),
  )
  app.post('/reset/:token', (c) => withLink(c, (user) => setNew(c, user)))
  return app
}

/** The same answer for everybody, and the same work before it: what depends on the account comes after. */
async function ask(c: Ctx): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, AskForm)
  const email = form?.email.trim().toLowerCase() ?? ''
  const admission = await admit(c.env, c.req.raw, `reset of ${email}`)
  if (admission.kind === 'wait') {
    const { seconds } = admission
    return askPage(reader, reader.words.tooManyTries(seconds), seconds)
  }
  // Each mail counts as a failure, so that nobody's mailbox is filled by others.
  await admission.failed()
  waitUntil(sendLink(c, email))
  return sentPage(reader)
}

async function sendLink(c: Ctx, email: string): Promise<void> {
  const { words, language } = readerOf(c.req.raw)
  const made = await newResetLink(controlStore(c.env), email, Date.now())
  if (!made) return
  const { token, user } = made
  const address = `${issuerOf(c.env, c.req.url)}/reset/${token}`
  const first = firstPasswordWordsOf(language)
  const mail =
    user.passwordHash === null
      ? { subject: first.mailLinkSubject, text: first.mailLink(address) }
      : { subject: words.mailResetSubject, text: words.mailReset(address) }
  await mailerOf(c.env).send({ to: user.email, ...mail, locale: language })
}

async function withLink(c: Ctx, go: (user: User) => Promise<Response>): Promise<Response> {
  const token = c.req.param('token') ?? ''
  const link = await resetLink(controlStore(c.env), token, Date.now())
  return link.kind === 'open' ? go(link.user) : closedPage(c, link)
}

function closedPage(c: Ctx, link: Exclude<ResetLink, { kind: 'open' }>): Promise<Response> {
  const reader = readerOf(c.req.raw)
  return link.kind === 'company' ? companyPage(reader) : overPage(reader)
}

async function setNew(c: Ctx, user: User): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const { words, language } = reader
  const control = controlStore(c.env)
  const now = Date.now()
  const isFirst = user.passwordHash === null
  const form = await fieldsOf(c.req.raw, NewForm)
  const problem = passwordProblem(form?.password ?? '', user)
  if (!form || problem) {
    const code = problem?.code ?? 'password_too_short'
    return newPasswordPage(reader, isFirst, words.passwordProblems[code])
  }
  const memberships = await membershipsOf(control, user.id)
  const workspaceIds = memberships.map(({ workspaceId }) => workspaceId)
  const link = { token: c.req.param('token') ?? '', user, workspaceIds }
  const hash = await hashPassword(form.password)
  if (!(await takeResetLink(control, link, hash, fromOf(c.req.raw), now))) return overPage(reader)
  for (const workspaceId of workspaceIds) takeAudit(c.env, workspaceId)
  const { ended } = await endSessions(control, user.id, { kind: 'all' }, 'password_changed', now)
  await accessChanged(c.env, workspacesOf(ended))
  const first = firstPasswordWordsOf(language)
  const mail = isFirst
    ? { subject: first.mailSetSubject, text: first.mailSet }
    : { subject: words.mailChangedSubject, text: words.mailChanged }
  await mailerOf(c.env).send({ to: user.email, ...mail, locale: language })
  return donePage(reader, isFirst)
}
