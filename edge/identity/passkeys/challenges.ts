import { z } from 'zod'
import type { StoreClient } from '../../store/client.ts'
import { randomSecret, sha256Hex } from '../random-secret.ts'
import { readSignedText, signedText } from '../signed-text.ts'

/** Longer than the browser's own patience (PASSKEY_TIMEOUT_MS), short enough to be worth nothing tomorrow. */
export const CHALLENGE_MS = 300_000
/** Isolates' clocks differ: a used challenge is remembered a little longer than any of them takes it. */
const CLOCK_DRIFT_MS = 60_000
const PURPOSE = 'passkey challenge'

/** What a challenge is for: an answer to one never serves for another. */
const ChallengeUse = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sign_in') }),
  z.object({ kind: z.literal('register'), sessionId: z.string() }),
  z.object({ kind: z.literal('confirm'), sessionId: z.string() }),
])
export type ChallengeUse = z.infer<typeof ChallengeUse>

const Challenge = z.object({
  challenge: z.string(),
  use: ChallengeUse,
  expiresAt: z.number(),
})
export type Challenge = z.infer<typeof Challenge>

/**
 * A challenge for this browser: `text` goes into its cookie and is all that remembers it, so that whoever
 * only asks for challenges fills no store.
 */
export async function newChallenge(
  secret: string,
  use: ChallengeUse,
  now: number,
): Promise<{ challenge: string; text: string }> {
  const challenge = randomSecret('', 256)
  const whole: Challenge = { challenge, use, expiresAt: now + CHALLENGE_MS }
  return { challenge, text: await signedText(secret, PURPOSE, whole) }
}

/** @returns null for what was not signed here, is for something or somebody else, or is over */
export async function readChallenge(
  secret: string,
  text: string | null,
  use: ChallengeUse,
  now: number,
): Promise<Challenge | null> {
  const read = Challenge.safeParse(await readSignedText(secret, PURPOSE, text))
  if (!read.success || read.data.expiresAt <= now) return null
  return isSameUse(read.data.use, use) ? read.data : null
}

/**
 * Takes a challenge whose answer was right: the first one does, also of many at the same moment. Wrong
 * answers write nothing.
 *
 * @returns whether it was still unused
 */
export async function takeChallenge(
  control: StoreClient,
  { challenge, expiresAt }: Pick<Challenge, 'challenge' | 'expiresAt'>,
  now: number,
): Promise<boolean> {
  const [, taken] = await control.batch(
    [
      {
        sql: 'DELETE FROM used_challenges WHERE expires_at < ?',
        args: [now - CLOCK_DRIFT_MS],
      },
      {
        sql: 'INSERT INTO used_challenges (challenge_hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
        args: [await sha256Hex(challenge), expiresAt],
      },
    ],
    'write',
  )
  return taken?.rowsAffected === 1
}

function isSameUse(one: ChallengeUse, other: ChallengeUse): boolean {
  if (one.kind === 'sign_in' || other.kind === 'sign_in') return one.kind === other.kind
  return one.kind === other.kind && one.sessionId === other.sessionId
}
