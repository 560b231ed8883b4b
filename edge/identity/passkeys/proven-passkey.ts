import type { StoreClient } from '../../store/client.ts'
import { type ChallengeUse, readChallenge, takeChallenge } from './challenges.ts'
import { credentialIdOf } from './passkey-responses.ts'
import { passkeyById, passkeyUsed } from './passkey-store.ts'
import { verifyAuthentication } from './sign-in-with-passkey.ts'

export type ProvenPasskey =
  | { kind: 'proven'; userId: string }
  /** `reason` is for logs. */
  | { kind: 'refused'; reason: string }

/**
 * Whose passkey answered the challenge of this browser, once: the whole check of a sign-in or a
 * confirmation. Whether the person may sign in at all is not asked here.
 *
 * @param asked.cookie the text of `newChallenge`, as the browser gave it back
 * @param asked.credential the form's field, JSON
 * @param asked.secret what challenges are signed with
 */
export async function provenPasskey(asked: {
  control: StoreClient
  secret: string
  issuer: string
  cookie: string | null
  use: ChallengeUse
  credential: string
  now: number
}): Promise<ProvenPasskey> {
  const { control, issuer, now } = asked
  const challenge = await readChallenge(asked.secret, asked.cookie, asked.use, now)
  if (!challenge) return refused('There is no challenge for this, or it is over.')
  const response = parsedOrNull(asked.credential)
  const credentialId = credentialIdOf(response)
  const passkey = credentialId === null ? null : await passkeyById(control, credentialId)
  if (!passkey) return refused('The passkey is not known.')
  const checked = await verifyAuthentication({
    issuer,
    challenge: challenge.challenge,
    response,
    passkey,
  })
  if (checked.kind === 'wrong') return refused(checked.reason)
  if (!(await takeChallenge(control, challenge, now))) return refused('The challenge was used.')
  if (!(await passkeyUsed(control, passkey.credentialId, checked, now))) {
    return refused('The count does not go up, or the passkey was removed.')
  }
  return { kind: 'proven', userId: passkey.userId }
}

/** What a form says as JSON; null where it is none, since nothing means `null` there. */
export function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function refused(reason: string): ProvenPasskey {
  return { kind: 'refused', reason }
}
