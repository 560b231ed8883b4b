import type { Context } from 'hono'
import { z } from 'zod'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { issuerOf } from '../issuer.ts'
import { readerOf } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { challengeCookieOf, withChallenge } from '../passkeys/challenge-cookie.ts'
import { readChallenge, takeChallenge } from '../passkeys/challenges.ts'
import { insertPasskey, passkeyById, passkeysOf, renamePasskey } from '../passkeys/passkey-store.ts'
import { parsedOrNull } from '../passkeys/proven-passkey.ts'
import { passkeyName } from '../passkeys/provider-name.ts'
import {
  type RegistrationCheck,
  registrationOptions,
  verifyRegistration,
} from '../passkeys/register-passkey.ts'
import { GivenName } from '../people/given-name.ts'
import { deviceOf } from '../sessions/device.ts'
import { PasskeyFields } from '../sign-in/passkey-routes.ts'
import { factorsOf } from '../sign-in/second-factors.ts'
import { type AccountOwner, asOwner, changeAccount } from './account-owner.ts'
import { changeFactors } from './change-factors.ts'
import { provenBy } from './factor-routes.ts'
import { codesPage, newCodes, withoutLastFactor } from './recovery-code-changes.ts'
import { accountPage } from './routes.ts'
import { accountWordsOf } from './words.ts'

type Ctx = Context<ApiEnv>

/** More than anybody has devices; a row each is written. */
const MOST_PASSKEYS = 20

const RegisterForm = z.object(PasskeyFields)
const RemoveForm = z.object({ id: z.string().max(2_000) })
const RenameForm = z.object({ id: z.string().max(2_000), name: GivenName })

/** `/account/passkeys`: making passkeys, naming them, and taking them away. */
export function accountPasskeyRoutes(): ApiApp {
  const app = pageApp()
  app.use('/account/*', sameOriginForm)
  app.post('/account/passkey-options', (c) => asOwner(c, true, (owner) => options(c, owner)))
  app.post('/account/passkeys', (c) => asOwner(c, true, (owner) => register(c, owner)))
  // Without a recent proof: a name opens and closes nothing, and what stands beside it (when the passkey was
  // added and used) stays. On record it is all the same.
  app.post('/account/passkeys/rename', (c) => asOwner(c, false, (owner) => rename(c, owner)))
  app.post('/account/passkeys/remove', (c) => asOwner(c, true, (owner) => remove(c, owner)))
  return app
}

async function options(c: Ctx, { control, session }: AccountOwner): Promise<Response> {
  const known = await passkeysOf(control, session.userId)
  const { userId, email, name } = session
  return withChallenge(c, { kind: 'register', sessionId: session.id }, (challenge) =>
    registrationOptions({
      issuer: issuerOf(c.env, c.req.url),
      challenge,
      user: { id: userId, email, name },
      known,
    }),
  )
}

async function register(c: Ctx, owner: AccountOwner): Promise<Response> {
  const { control, session, now } = owner
  const { words } = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, RegisterForm)
  const answer = await made(c, owner, form?.credential ?? '')
  if (!answer) return accountPage(c, owner, { problem: words.passkeyNotAdded })
  const codes =
    (await factorsOf(control, session.userId)).recoveryCodesLeft === 0
      ? await newCodes(session.userId, now)
      : null
  const name = passkeyName(answer.aaguid, deviceOf(c.req.raw).name)
  const statements = [
    insertPasskey(session.userId, answer.passkey, name, now),
    provenBy(session.id, session.methods, 'passkey', now),
    ...(codes?.statements ?? []),
  ]
  const after = { passkey: 'added', ...(codes ? { recoveryCodes: codes.codes.length } : {}) }
  await changeFactors(c, owner, statements, after)
  return codes
    ? codesPage(c, codes.codes, words.passkeyAdded)
    : accountPage(c, owner, { good: words.passkeyAdded })
}

/** A new passkey for the challenge that this session had; null for whatever else was sent. */
async function made(
  c: Ctx,
  { control, session, now }: AccountOwner,
  credential: string,
): Promise<Extract<RegistrationCheck, { kind: 'right' }> | null> {
  const use = { kind: 'register' as const, sessionId: session.id }
  const text = challengeCookieOf(c.req.raw)
  const challenge = await readChallenge(c.env.SIGNING_SECRET, text, use, now)
  if (!challenge) return null
  const checked = await verifyRegistration({
    issuer: issuerOf(c.env, c.req.url),
    challenge: challenge.challenge,
    response: parsedOrNull(credential),
  })
  if (checked.kind === 'wrong') return null
  const { passkey } = checked
  if ((await passkeysOf(control, session.userId)).length >= MOST_PASSKEYS) return null
  if (await passkeyById(control, passkey.credentialId)) return null
  return (await takeChallenge(control, challenge, now)) ? checked : null
}

async function remove(c: Ctx, owner: AccountOwner): Promise<Response> {
  const { control, session } = owner
  const { words } = readerOf(c.req.raw)
  const form = await fieldsOf(c.req.raw, RemoveForm)
  const { passkeys } = await factorsOf(control, session.userId)
  // A second press on the button of a page that is old by now.
  if (!passkeys.some(({ id }) => id === form?.id)) return accountPage(c, owner, {})
  const gone = {
    sql: 'DELETE FROM passkeys WHERE credential_id = ? AND user_id = ?',
    args: [form?.id ?? '', session.userId],
  }
  const good = await withoutLastFactor(c, owner, gone, { passkey: 'removed' })
  return accountPage(c, owner, { good: words[good] })
}

async function rename(c: Ctx, owner: AccountOwner): Promise<Response> {
  const { control, session } = owner
  const words = accountWordsOf(readerOf(c.req.raw).language)
  const form = await fieldsOf(c.req.raw, RenameForm)
  if (!form) return accountPage(c, owner, { problem: words.nameRefused })
  const { passkeys } = await factorsOf(control, session.userId)
  if (!passkeys.some(({ id }) => id === form.id)) return accountPage(c, owner, {})
  const statement = renamePasskey(session.userId, form.id, form.name)
  await changeAccount(c, owner, [statement], 'second_factors.changed', { passkey: 'renamed' })
  return accountPage(c, owner, { good: words.renamed })
}
