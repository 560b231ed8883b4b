import { waitUntil } from 'cloudflare:workers'
import type { Context } from 'hono'
import { html } from 'hono/html'
import { z } from 'zod'
import { notedChange } from '#shared/audit/entry.ts'
import { accessChanged } from '../../access/access-changed.ts'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { fromOf } from '../../audit/origin.ts'
import { auditOutboxStatementWhere } from '../../audit/outbox.ts'
import { mailerOf } from '../../mail/mailer-of.ts'
import type { StoreClient } from '../../store/client.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { takeAudit } from '../change-control.ts'
import { issuerOf } from '../issuer.ts'
import { newPasswordField } from '../pages/new-password-field.ts'
import { notice, page, readerOf } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { hashPassword } from '../passwords/hash-password.ts'
import { passwordProblem } from '../passwords/password-quality.ts'
import { membershipsOf, type User, userByEmail, userById } from '../people/users.ts'
import { randomSecret, sha256Hex } from '../random-secret.ts'
import { endSessions, workspacesOf } from '../sessions/session-list.ts'
import { admit } from './guards.ts'

type Ctx = Context<ApiEnv>

const RESET_LIFETIME_MS = 3_600_000

const AskForm = z.object({ email: z.string().max(500) })
const NewForm = z.object({ password: z.string().max(2_000) })

/** `/reset`: a link by mail, and a new password behind it. A second factor stays asked for. */
export function resetRoutes(): ApiApp {
  const app = pageApp()
  app.use('/reset', sameOriginForm)
  app.use('/reset/*', sameOriginForm)
  app.get('/reset', (c) => askPage(c, null))
  app.post('/reset', ask)
  app.get('/reset/:token', async (c) => {
    const user = await userOfToken(controlStore(c.env), c.req.param('token'), Date.now())
    return user ? newPage(c, null) : overPage(c)
  })
  app.post('/reset/:token', setNew)
  return app
}

/** The same answer for everybody, and the same work before it: what depends on the account comes after. */
async function ask(c: Ctx): Promise<Response> {
  const { words } = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, AskForm)
  const email = form?.email.trim().toLowerCase() ?? ''
  const admission = await admit(c.env, c.req.raw, `reset of ${email}`)
  if (admission.kind === 'wait') {
    const { seconds } = admission
    return askPage(c, words.tooManyTries(seconds), seconds)
  }
  // Each mail counts as a failure, so that nobody's mailbox is filled by others.
  await admission.failed()
  waitUntil(sendLink(c, email))
  const body = html`<h1>${words.resetSentTitle}</h1>${notice('good', words.resetSent)}
<div class="links"><a href="/sign-in">${words.signIn}</a></div>`
  return page(readerOf(c.req.raw), { title: words.reset, body })
}

async function sendLink(c: Ctx, email: string): Promise<void> {
  const { words, language } = readerOf(c.req.raw)
  const control = controlStore(c.env)
  const user = await userByEmail(control, email)
  if (!user || user.isDeactivated || user.passwordHash === null) return
  const token = randomSecret('rst_', 256)
  const now = Date.now()
  await control.execute({
    sql: 'INSERT INTO password_resets (token_hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
    args: [await sha256Hex(token), user.id, now, now + RESET_LIFETIME_MS],
  })
  await mailerOf(c.env).send({
    to: user.email,
    subject: words.mailResetSubject,
    text: words.mailReset(`${issuerOf(c.env, c.req.url)}/reset/${token}`),
    locale: language,
  })
}

async function setNew(c: Ctx): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const { words } = reader
  const control = controlStore(c.env)
  const now = Date.now()
  const token = c.req.param('token') ?? ''
  const form = await fieldsOf(c.req.raw, NewForm)
  const user = await userOfToken(control, token, now)
  if (!user) return overPage(c)
  const problem = passwordProblem(form?.password ?? '', user)
  if (!form || problem) {
    const code = problem?.code ?? 'password_too_short'
    return newPage(c, words.passwordProblems[code], 400)
  }
  if (!(await change(c, control, user, token, await hashPassword(form.password), now))) {
    return overPage(c)
  }
  const { ended } = await endSessions(control, user.id, { kind: 'all' }, 'password_changed', now)
  await accessChanged(c.env, workspacesOf(ended))
  await mailerOf(c.env).send({
    to: user.email,
    subject: words.mailChangedSubject,
    text: words.mailChanged,
    locale: reader.language,
  })
  const body = html`<h1>${words.reset}</h1>${notice('good', words.resetDone)}<div class="links"><a href="/sign-in">${words.signIn}</a></div>`
  return page(reader, { title: words.reset, body })
}

/** The link works once, and its use ends all other links of the account. */
async function change(
  c: Ctx,
  control: StoreClient,
  user: User,
  token: string,
  passwordHash: string,
  now: number,
): Promise<boolean> {
  const tokenHash = await sha256Hex(token)
  const memberships = await membershipsOf(control, user.id)
  const origin = {
    actor: { kind: 'person' as const, userId: user.id, sessionId: 'reset link' },
    from: fromOf(c.req.raw),
  }
  const [taken] = await control.batch(
    [
      {
        sql: 'UPDATE password_resets SET used_at = ? WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?',
        args: [now, tokenHash, now],
      },
      {
        // `changes()` is of the statement before: only the request that took the link changes anything.
        sql: 'UPDATE users SET password_hash = ? WHERE id = ? AND changes() = 1',
        args: [passwordHash, user.id],
      },
      {
        sql: 'UPDATE password_resets SET used_at = ? WHERE user_id = ? AND used_at IS NULL',
        args: [now, user.id],
      },
      ...memberships.map(({ workspaceId }) =>
        auditOutboxStatementWhere(
          notedChange(origin, {
            action: 'passwords.changed',
            subject: { kind: 'user', id: user.id },
            at: now,
            after: { by: 'reset link' },
          }),
          workspaceId,
          {
            // A hash has a salt of its own.
            sql: 'EXISTS (SELECT 1 FROM users WHERE id = ? AND password_hash = ?)',
            args: [user.id, passwordHash],
          },
        ),
      ),
    ],
    'write',
  )
  for (const { workspaceId } of memberships) takeAudit(c.env, workspaceId)
  return taken?.rowsAffected === 1
}

async function userOfToken(control: StoreClient, token: string, now: number): Promise<User | null> {
  const { rows } = await control.execute({
    sql: 'SELECT user_id FROM password_resets WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?',
    args: [await sha256Hex(token), now],
  })
  const user = rows[0] ? await userById(control, String(rows[0].user_id)) : null
  return user?.isDeactivated ? null : user
}

function askPage(c: Ctx, problem: string | null, retryAfterSeconds?: number): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const { words } = reader
  const body = html`<h1>${words.reset}</h1><p class="dim">${words.resetLead}</p>${notice('bad', problem)}
<form method="post" action="/reset">
<label>${words.email}<input name="email" type="email" autocomplete="username" required autofocus></label>
<button>${words.resetSend}</button></form>
<div class="links"><a href="/sign-in">${words.cancel}</a></div>`
  return page(reader, { title: words.reset, body, retryAfterSeconds })
}

function newPage(c: Ctx, problem: string | null, status = 200): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const { words } = reader
  const body = html`<h1>${words.reset}</h1>${notice('bad', problem)}
<form method="post">
${newPasswordField(reader, { label: words.newPassword, hasFocus: true })}
<button>${words.changePassword}</button></form>`
  return page(reader, { title: words.reset, body, status })
}

function overPage(c: Ctx): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const { linkOverTitle, linkOver } = reader.words
  const body = html`<h1>${linkOverTitle}</h1>${notice('bad', linkOver)}<div class="links"><a href="/reset">${reader.words.reset}</a></div>`
  return page(reader, { title: reader.words.reset, body, status: 410 })
}
