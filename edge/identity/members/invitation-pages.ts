import type { Context } from 'hono'
import { html } from 'hono/html'
import { z } from 'zod'
import { accessChanged } from '../../access/access-changed.ts'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { fromOf } from '../../audit/origin.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { takeAudit } from '../change-control.ts'
import { notice, page, type Reader, readerOf, seeOther } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { hashPassword, verifyPassword } from '../passwords/hash-password.ts'
import { passwordProblem } from '../passwords/password-quality.ts'
import { PersonName, userByEmail } from '../people/users.ts'
import { randomSecret } from '../random-secret.ts'
import { browserSession } from '../sessions/browser-sessions.ts'
import { admit } from '../sign-in/guards.ts'
import { signedIn } from '../sign-in/routes.ts'
import { factorsOf, hasFactor } from '../sign-in/second-factors.ts'
import { companySignInDemanded } from '../sso/company-sign-in.ts'
import { type Invited, invitationBody } from './invitation-page.ts'
import {
  acceptInvitation,
  type Invitation,
  type NewAccount,
  openInvitation,
} from './invitations.ts'

type Ctx = Context<ApiEnv>

const AcceptForm = z.object({
  name: z.string().max(500).optional(),
  password: z.string().max(2_000).default(''),
})

/** `/invitation/…`: the page behind an invitation's link. Whoever has the link has the address. */
export function invitationPages(): ApiApp {
  const app = pageApp()
  app.use('/invitation/*', sameOriginForm)
  app.get('/invitation/:token', (c) =>
    withInvitation(c, (found, invited) => invitationPage(c, found, invited, null)),
  )
  app.post('/invitation/:token', (c) =>
    withInvitation(c, (found, invited) => accept(c, found, invited)),
  )
  return app
}

async function withInvitation(
  c: Ctx,
  go: (invitation: Invitation, invited: Invited) => Promise<Response>,
): Promise<Response> {
  const token = c.req.param('token') ?? ''
  const invitation = await openInvitation(controlStore(c.env), token, Date.now())
  if (!invitation) return overPage(readerOf(c.req.raw))
  return go(invitation, await invitedOf(c, invitation.email))
}

async function invitedOf(c: Ctx, email: string): Promise<Invited> {
  const control = controlStore(c.env)
  const session = await browserSession(control, c.req.raw, Date.now())
  if (session?.email === email) return { kind: 'signed_in', userId: session.userId }
  if (await companySignInDemanded(control, email)) return { kind: 'company' }
  return (await userByEmail(control, email)) ? { kind: 'known' } : { kind: 'new' }
}

function overPage(reader: Reader): Promise<Response> {
  const { linkOverTitle: title, linkOver } = reader.words
  const body = html`<h1>${title}</h1>${notice('bad', linkOver)}`
  return page(reader, { title, body, status: 410 })
}

async function accept(c: Ctx, invitation: Invitation, invited: Invited): Promise<Response> {
  const { words } = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, AcceptForm)
  const again = (problem: string, seconds?: number) =>
    invitationPage(c, invitation, invited, problem, seconds)
  if (!form) return again(words.wrongPassword)
  switch (invited.kind) {
    case 'company':
      return again(words.invitationCompany)
    case 'signed_in':
      return joined(c, invitation, invited.userId, null, () => seeOther('/account'))
    case 'known':
    case 'new': {
      const admission = await admit(c.env, c.req.raw, invitation.email)
      if (admission.kind === 'wait') {
        return again(words.tooManyTries(admission.seconds), admission.seconds)
      }
      if (invited.kind === 'new') {
        await admission.succeeded()
        return acceptAsNew(c, invitation, form, again)
      }
      const user = await userByEmail(controlStore(c.env), invitation.email)
      const { ok } = await verifyPassword(form.password, user?.passwordHash ?? null)
      if (!user || !ok || user.isDeactivated) {
        await admission.failed()
        return again(words.wrongPassword)
      }
      await admission.succeeded()
      // A link and a password do not stand in for a second factor that the account has.
      const needsFactor = hasFactor(await factorsOf(controlStore(c.env), user.id))
      return joined(c, invitation, user.id, null, () =>
        needsFactor ? acceptedPage(c, invitation) : signedIn(c, user.id, ['password'], '/account'),
      )
    }
  }
}

async function acceptAsNew(
  c: Ctx,
  invitation: Invitation,
  form: z.infer<typeof AcceptForm>,
  again: (problem: string) => Promise<Response>,
): Promise<Response> {
  const { words, language } = readerOf(c.req.raw)
  const name = PersonName.safeParse(form.name)
  if (!name.success) return again(words.invitationNew)
  const { email } = invitation
  const problem = passwordProblem(form.password, { email, name: name.data })
  if (problem) return again(words.passwordProblems[problem.code])
  const account: NewAccount = {
    userId: randomSecret('usr_', 128),
    name: name.data,
    locale: language,
    passwordHash: await hashPassword(form.password),
  }
  const next = () => signedIn(c, account.userId, ['password'], '/account')
  return joined(c, invitation, account.userId, account, next)
}

async function joined(
  c: Ctx,
  invitation: Invitation,
  userId: string,
  account: NewAccount | null,
  next: () => Promise<Response> | Response,
): Promise<Response> {
  // Also who is signed in: the link is what they came with.
  const actor = { kind: 'person' as const, userId, sessionId: `invitation ${invitation.id}` }
  const origin = { actor, from: fromOf(c.req.raw) }
  const control = controlStore(c.env)
  const wasOpen = await acceptInvitation(control, invitation, userId, account, origin, Date.now())
  if (!wasOpen) return overPage(readerOf(c.req.raw))
  await accessChanged(c.env, [invitation.workspaceId])
  takeAudit(c.env, invitation.workspaceId)
  return next()
}

function acceptedPage(c: Ctx, { workspaceName }: Invitation): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const { words } = reader
  const title = words.invitation(workspaceName)
  const body = html`<h1>${title}</h1>${notice('good', words.accepted(workspaceName))}
<div class="links"><a href="/sign-in">${words.signIn}</a></div>`
  return page(reader, { title, body })
}

function invitationPage(
  c: Ctx,
  invitation: Invitation,
  invited: Invited,
  problem: string | null,
  retryAfterSeconds?: number,
): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const token = c.req.param('token') ?? ''
  const body = invitationBody(reader, invitation, token, invited, problem)
  const title = reader.words.invitation(invitation.workspaceName)
  return page(reader, { title, body, status: problem === null ? 200 : 400, retryAfterSeconds })
}
