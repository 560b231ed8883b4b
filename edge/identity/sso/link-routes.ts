import type { Context } from 'hono'
import { z } from 'zod'
import { notedChange } from '#shared/audit/entry.ts'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { fromOf } from '../../audit/origin.ts'
import { auditOutboxStatement } from '../../audit/outbox.ts'
import { mailerOf } from '../../mail/mailer-of.ts'
import { sealerOf } from '../../sealing/sealer-of.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { takeAudit } from '../change-control.ts'
import { readerOf } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { passkeysWork } from '../passkeys/passkey-page-address.ts'
import { mayHavePassword } from '../passwords/first-password.ts'
import { verifyPassword } from '../passwords/hash-password.ts'
import { membershipsOf, type User, userById } from '../people/users.ts'
import type { SignInMethod } from '../sessions/methods.ts'
import { admit } from '../sign-in/guards.ts'
import { PasskeyFields, provenByForm } from '../sign-in/passkey-routes.ts'
import { signedIn } from '../sign-in/routes.ts'
import { factorsOf, hasFactor, takeCode } from '../sign-in/second-factors.ts'
import { letIn, originOfConnection } from './complete-sign-in.ts'
import { type SsoConnection, usableConnection } from './connections/connection.ts'
import { decideSignIn } from './decide-sign-in.ts'
import { identityStatement, unlessTaken } from './newcomers.ts'
import { endPage, linkPage } from './pages.ts'
import { endedLinkCookie, type PendingLink, readPendingLink } from './pending-link.ts'
import { personOfAddress } from './sign-in-facts.ts'
import { refusalText, ssoWordsOf } from './words.ts'

type Ctx = Context<ApiEnv>

const PasskeyForm = z.object(PasskeyFields)
const LinkForm = z.object({ password: z.string().max(2_000), code: z.string().max(200).optional() })

/** Somebody whom a provider vouches for, and the account that may be theirs. */
interface Waiting {
  link: PendingLink
  connection: SsoConnection
  user: User
}

/**
 * `/sso/link`: an account that was there before is connected after its owner has shown, in the browser that
 * came back from the provider, all that signing in to it takes. The provider's word for the address is
 * not enough: else whoever runs a provider could take over accounts.
 */
export function ssoLinkRoutes(): ApiApp {
  const app = pageApp()
  app.use('/sso/link', sameOriginForm)
  app.use('/sso/link/*', sameOriginForm)
  app.get('/sso/link', (c) => withWaiting(c, (waiting) => askForProof(c, waiting, null)))
  app.post('/sso/link', (c) => withWaiting(c, (waiting) => takeProof(c, waiting)))
  app.post('/sso/link/passkey', (c) => withWaiting(c, (waiting) => takePasskey(c, waiting)))
  return app
}

async function withWaiting(c: Ctx, go: (waiting: Waiting) => Promise<Response>): Promise<Response> {
  const control = controlStore(c.env)
  const link = await readPendingLink(c.env.SIGNING_SECRET, c.req.raw, Date.now())
  const connection = link ? await usableConnection(control, link.connectionId) : null
  const user = link ? await userById(control, link.userId) : null
  if (link && connection && user) return go({ link, connection, user })
  return over(c, ssoWordsOf(readerOf(c.req.raw).language).again, 400)
}

async function askForProof(
  c: Ctx,
  { connection, user }: Waiting,
  problem: string | null,
  status = problem === null ? 200 : 401,
): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const factors = await factorsOf(controlStore(c.env), user.id)
  const hasPasskeys = factors.passkeys.length > 0 && passkeysWork(c.env, c.req.url)
  const hasPassword = user.passwordHash !== null
  if (!hasPassword && !hasPasskeys) {
    return noProof(c, user)
  }
  return linkPage(reader, {
    email: user.email,
    name: connection.name,
    hasPassword,
    needsCode: hasFactor(factors),
    hasPasskeys,
    problem,
    status,
  })
}

/** An account that company sign-in made: its owner sets a password by mail first, if the company lets them. */
async function noProof(c: Ctx, user: User): Promise<Response> {
  const words = ssoWordsOf(readerOf(c.req.raw).language)
  return (await mayHavePassword(controlStore(c.env), user))
    ? over(c, words.linkNeedsPassword, 403, { hasReset: true })
    : over(c, words.linkImpossible, 403)
}

async function takeProof(c: Ctx, waiting: Waiting): Promise<Response> {
  const { words, language } = readerOf(c.req.raw)
  const { user } = waiting
  const form = await fieldsOf(c.req.raw, LinkForm)
  // As a sign-in with the password: the same tries, the same account.
  const admission = await admit(c.env, c.req.raw, user.email)
  if (admission.kind === 'wait') {
    return askForProof(c, waiting, words.tooManyTries(admission.seconds), 429)
  }
  const methods = form ? await provenBy(c, user, form) : null
  if (methods === null) {
    await admission.failed()
    return askForProof(c, waiting, ssoWordsOf(language).linkWrong)
  }
  await admission.succeeded()
  return connect(c, waiting, methods)
}

/** A passkey is both factors at once; only one of this account serves. */
async function takePasskey(c: Ctx, waiting: Waiting): Promise<Response> {
  const { words, language } = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, PasskeyForm)
  const admission = await admit(c.env, c.req.raw, null)
  if (admission.kind === 'wait') {
    return askForProof(c, waiting, words.tooManyTries(admission.seconds), 429)
  }
  const proven = await provenByForm(c, { kind: 'sign_in' }, form?.credential ?? '')
  if (proven.kind === 'refused' || proven.userId !== waiting.user.id) {
    await admission.failed()
    return askForProof(c, waiting, ssoWordsOf(language).linkWrong)
  }
  await admission.succeeded()
  return connect(c, waiting, ['passkey'])
}

async function provenBy(
  c: Ctx,
  user: User,
  { password, code }: z.infer<typeof LinkForm>,
): Promise<SignInMethod[] | null> {
  const control = controlStore(c.env)
  const { ok } = await verifyPassword(password, user.passwordHash)
  if (!ok || user.isDeactivated) return null
  if (!hasFactor(await factorsOf(control, user.id))) return ['password']
  const method = await takeCode(control, sealerOf(c.env), user.id, code ?? '', Date.now())
  return method && ['password', method]
}

async function connect(c: Ctx, waiting: Waiting, proof: SignInMethod[]): Promise<Response> {
  const { link, connection, user } = waiting
  const reader = readerOf(c.req.raw)
  const words = ssoWordsOf(reader.language)
  const control = controlStore(c.env)
  // Up to ten minutes after the provider's answer: what the workspace says of the person may have changed.
  const known = await personOfAddress(control, connection.workspaceId, user.email)
  const address = { kind: 'missing' as const }
  const decision = decideSignIn({ known, sameAddress: null, address, role: link.role })
  if (decision.kind !== 'enter' && decision.kind !== 'join') {
    const reason = decision.kind === 'refused' ? decision.reason : 'no_role'
    return over(c, refusalText(words, reason, connection.workspaceName), 403)
  }
  const now = Date.now()
  if (!(await insertIdentity(c, waiting, now))) return over(c, words.again, 409)
  const origin = originOfConnection(connection, fromOf(c.req.raw))
  await letIn(c.env, connection, decision, origin, now)
  await mailerOf(c.env).send({
    to: user.email,
    subject: words.mailSubject,
    text: words.mail(connection.name),
    locale: reader.language,
  })
  const response = await signedIn(c, user.id, [...proof, 'sso'], link.returnTo)
  response.headers.append('set-cookie', endedLinkCookie(c.req.raw))
  return response
}

/** On record in every workspace of the person: their account has one more way in. */
async function insertIdentity(
  c: Ctx,
  { link, connection, user }: Waiting,
  now: number,
): Promise<boolean> {
  const control = controlStore(c.env)
  const memberships = await membershipsOf(control, user.id)
  const workspaces = new Set([
    connection.workspaceId,
    ...memberships.map(({ workspaceId }) => workspaceId),
  ])
  const actor = { kind: 'person' as const, userId: user.id, sessionId: 'company sign-in' }
  const entries = [...workspaces].map((workspaceId) =>
    auditOutboxStatement(
      notedChange(
        { actor, from: fromOf(c.req.raw) },
        {
          action: 'sign_in.changed',
          subject: { kind: 'user', id: user.id },
          at: now,
          after: { connected: 'company sign-in' },
        },
      ),
      workspaceId,
    ),
  )
  const identity = identityStatement(connection.id, link.subject, user.id, now)
  const isNew = await unlessTaken(control.batch([identity, ...entries], 'write'))
  if (isNew) for (const workspaceId of workspaces) takeAudit(c.env, workspaceId)
  return isNew
}

function over(
  c: Ctx,
  text: string,
  status: number,
  more: { hasReset?: boolean } = {},
): Promise<Response> {
  const headers: [string, string][] = [['set-cookie', endedLinkCookie(c.req.raw)]]
  return endPage(readerOf(c.req.raw), text, { returnTo: '/account', status, headers, ...more })
}
