import { z } from 'zod'
import { cookie, cookieOf } from '../sessions/browser-sessions.ts'
import { readSignedText, signedText } from '../signed-text.ts'
import { ClaimedRole } from './decide-role.ts'

/** Long enough to find a password. */
const PENDING_MS = 600_000
const COOKIE = 'edgewise_link'
const PURPOSE = 'company sign-in to connect'

const PendingLink = z.object({
  connectionId: z.string(),
  subject: z.string(),
  /** Whose account it would be. */
  userId: z.string(),
  role: ClaimedRole,
  returnTo: z.string(),
  expiresAt: z.number(),
})
export type PendingLink = z.infer<typeof PendingLink>

/** An identity that waits for the proof of its account, in the browser that brought it. It opens nothing. */
export async function linkCookie(
  secret: string,
  request: Request,
  link: Omit<PendingLink, 'expiresAt'>,
  now: number,
): Promise<string> {
  const text = await signedText(secret, PURPOSE, { ...link, expiresAt: now + PENDING_MS })
  return cookie(request, COOKIE, text, PENDING_MS / 1_000)
}

/** @returns null where none waits in this browser, or waited too long */
export async function readPendingLink(
  secret: string,
  request: Request,
  now: number,
): Promise<PendingLink | null> {
  const text = cookieOf(request, COOKIE)
  const read = PendingLink.safeParse(await readSignedText(secret, PURPOSE, text))
  return read.success && read.data.expiresAt > now ? read.data : null
}

export function endedLinkCookie(request: Request): string {
  return cookie(request, COOKIE, '', 0)
}
