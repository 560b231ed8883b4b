import type { Context } from 'hono'
import { raw } from 'hono/html'
import { z } from 'zod'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { sealerOf } from '../../sealing/sealer-of.ts'
import type { StoreClient } from '../../store/client.ts'
import { page, readerOf, seeOther } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { qrSvg } from '../second-factor/qr-code.ts'
import { newTotpSecret, totpUri, verifyTotp } from '../second-factor/totp.ts'
import type { SignInMethod } from '../sessions/methods.ts'
import { admit } from '../sign-in/guards.ts'
import { factorsOf, hasFactor, totpContext } from '../sign-in/second-factors.ts'
import { type AccountOwner, asOwner } from './account-owner.ts'
import { changeFactors } from './change-factors.ts'
import { totpBody } from './factor-pages.ts'
import { codesPage, newCodes, withoutLastFactor } from './recovery-code-changes.ts'
import { accountPage } from './routes.ts'

type Ctx = Context<ApiEnv>

const ISSUER_NAME = 'Edgewise'
const CodeForm = z.object({ code: z.string().max(100) })

/** Setting up and taking away the authenticator app, and new recovery codes. */
export function factorRoutes(): ApiApp {
  const app = pageApp()
  app.use('/account/*', sameOriginForm)
  app.post('/account/totp', (c) => asOwner(c, true, (owner) => beginTotp(c, owner)))
  app.post('/account/totp/confirm', (c) => asOwner(c, true, (owner) => confirmTotp(c, owner)))
  app.post('/account/totp/remove', (c) =>
    asOwner(c, true, async (owner) => {
      const { userId } = owner.session
      const gone = { sql: 'DELETE FROM totp_factors WHERE user_id = ?', args: [userId] }
      const good = await withoutLastFactor(c, owner, gone, { totp: 'removed' })
      return accountPage(c, owner, { good: readerOf(c.req.raw).words[good] })
    }),
  )
  app.post('/account/recovery-codes', (c) =>
    asOwner(c, true, async (owner) => {
      const { control, session, now } = owner
      // Without a factor they would be a second password that nobody asks for.
      if (!hasFactor(await factorsOf(control, session.userId))) return seeOther('/account')
      const { codes, statements } = await newCodes(session.userId, now)
      const after = { recoveryCodes: codes.length }
      await changeFactors(c, owner, statements, after)
      return codesPage(c, codes, null)
    }),
  )
  return app
}

async function beginTotp(c: Ctx, owner: AccountOwner): Promise<Response> {
  const { control, session, now } = owner
  const secret = newTotpSecret()
  const sealed = await sealerOf(c.env).seal(totpContext(session.userId), secret)
  // One that works already stays until the new one has shown a right code.
  await control.execute({
    sql: `INSERT INTO totp_factors (user_id, sealed_secret, created_at) VALUES (?, ?, ?)
      ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, created_at = excluded.created_at,
        last_step = 0 WHERE totp_factors.confirmed_at IS NULL`,
    args: [session.userId, sealed, now],
  })
  const stored = await pendingSecret(c, control, session.userId)
  return stored === null ? seeOther('/account') : totpPage(c, session.email, stored, null)
}

async function confirmTotp(c: Ctx, owner: AccountOwner): Promise<Response> {
  const { control, session, now } = owner
  const { words } = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, CodeForm)
  const secret = await pendingSecret(c, control, session.userId)
  if (secret === null) return seeOther('/account')
  const admission = await admit(c.env, c.req.raw, `second factor of ${session.userId}`)
  if (admission.kind === 'wait') {
    const { seconds } = admission
    return totpPage(c, session.email, secret, words.tooManyTries(seconds), seconds)
  }
  const checked = verifyTotp({ secret, code: form?.code ?? '', nowMs: now, lastStep: 0 })
  if (checked.kind !== 'right') {
    await admission.failed()
    return totpPage(c, session.email, secret, words.wrongCode)
  }
  await admission.succeeded()
  const confirmed = {
    sql: 'UPDATE totp_factors SET confirmed_at = ?, last_step = ? WHERE user_id = ? AND confirmed_at IS NULL',
    args: [now, checked.step, session.userId],
  }
  const { codes, statements } = await newCodes(session.userId, now)
  const proven = provenBy(session.id, session.methods, 'totp', now)
  const after = { totp: 'added', recoveryCodes: codes.length }
  const changes = [confirmed, proven, ...statements]
  await changeFactors(c, owner, changes, after)
  return codesPage(c, codes, words.totpOn)
}

/** A session that just showed another factor is one of two factors from now on. */
export function provenBy(
  sessionId: string,
  methods: readonly SignInMethod[],
  method: SignInMethod,
  now: number,
) {
  return {
    sql: 'UPDATE sessions SET methods = ?, confirmed_at = ? WHERE id = ?',
    args: [JSON.stringify([...new Set([...methods, method])]), now, sessionId],
  }
}

async function pendingSecret(c: Ctx, control: StoreClient, userId: string): Promise<string | null> {
  const { rows } = await control.execute({
    sql: 'SELECT sealed_secret FROM totp_factors WHERE user_id = ? AND confirmed_at IS NULL',
    args: [userId],
  })
  const sealed = rows[0]?.sealed_secret
  return typeof sealed === 'string' ? sealerOf(c.env).open(totpContext(userId), sealed) : null
}

function totpPage(
  c: Ctx,
  email: string,
  secret: string,
  problem: string | null,
  retryAfterSeconds?: number,
): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const svg = raw(qrSvg(totpUri(secret, email, ISSUER_NAME)))
  const body = totpBody(reader, { svg, secret, problem })
  const status = problem === null ? 200 : 400
  return page(reader, { title: reader.words.totpSetUp, body, status, retryAfterSeconds })
}
