import { z } from 'zod'
import { cookie, cookieOf } from '../sessions/browser-sessions.ts'
import { readSignedText, signedText } from '../signed-text.ts'

/** As long as somebody looks for their phone at the provider. */
const BEGUN_MS = 600_000
const COOKIE = 'edgewise_sso'
const PURPOSE = 'company sign-in'

const Begun = z.object({
  connectionId: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** What a right answer does. */
  purpose: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('sign_in'), returnTo: z.string() }),
    /** Shows once more that somebody is who they are, for this browser and for an app that was refused. */
    z.object({ kind: z.literal('confirm'), userId: z.string(), appSession: z.string() }),
  ]),
  begunAt: z.number(),
  expiresAt: z.number(),
})
export type Begun = z.infer<typeof Begun>

/** A sign-in that is under way at a provider, in a cookie of the browser that began it and of no other. */
export async function begunCookie(
  secret: string,
  request: Request,
  begun: Omit<Begun, 'begunAt' | 'expiresAt'>,
  now: number,
): Promise<string> {
  const text = await signedText(secret, PURPOSE, {
    ...begun,
    begunAt: now,
    expiresAt: now + BEGUN_MS,
  })
  return cookie(request, COOKIE, text, BEGUN_MS / 1_000)
}

/** @returns null where this browser began none, or too long ago */
export async function readBegun(
  secret: string,
  request: Request,
  now: number,
): Promise<Begun | null> {
  const read = Begun.safeParse(await readSignedText(secret, PURPOSE, cookieOf(request, COOKIE)))
  return read.success && read.data.expiresAt > now ? read.data : null
}

/** Whatever became of it: a state serves once. */
export function endedCookie(request: Request): string {
  return cookie(request, COOKIE, '', 0)
}
