import { z } from 'zod'
import { SignInMethod } from '../sessions/methods.ts'
import { readSignedText, signedText } from '../signed-text.ts'

/** Long enough to find the phone. */
const PENDING_MS = 600_000
const PURPOSE = 'pending sign-in'

const Pending = z.object({
  purpose: z.literal('second_factor'),
  userId: z.string(),
  methods: z.array(SignInMethod),
  returnTo: z.string(),
  expiresAt: z.number(),
})
export type Pending = z.infer<typeof Pending>

/**
 * A sign-in that waits for its second factor, as a signed text in a cookie: it opens nothing by itself, and
 * the store keeps nothing of people who only know a password.
 */
export function pendingText(
  secret: string,
  pending: Omit<Pending, 'purpose' | 'expiresAt'>,
  now: number,
): Promise<string> {
  const whole: Pending = { purpose: 'second_factor', ...pending, expiresAt: now + PENDING_MS }
  return signedText(secret, PURPOSE, whole)
}

/** @returns null for what was not signed here, or too long ago */
export async function readPending(
  secret: string,
  text: string | null,
  now: number,
): Promise<Pending | null> {
  const read = Pending.safeParse(await readSignedText(secret, PURPOSE, text))
  return read.success && read.data.expiresAt > now ? read.data : null
}
