import type { Context } from 'hono'
import type { ApiEnv } from '../../api/api-app.ts'
import { cookie, cookieOf } from '../sessions/browser-sessions.ts'
import { CHALLENGE_MS, type ChallengeUse, newChallenge } from './challenges.ts'

const COOKIE = 'edgewise_passkey'

/** Answers the page's script with options, and gives its browser the cookie that remembers the challenge. */
export async function withChallenge(
  c: Context<ApiEnv>,
  use: ChallengeUse,
  optionsFor: (challenge: string) => Promise<object>,
): Promise<Response> {
  const { challenge, text } = await newChallenge(c.env.SIGNING_SECRET, use, Date.now())
  const answer = Response.json(await optionsFor(challenge), {
    headers: { 'cache-control': 'no-store' },
  })
  answer.headers.append('set-cookie', cookie(c.req.raw, COOKIE, text, CHALLENGE_MS / 1_000))
  return answer
}

export function challengeCookieOf(request: Request): string | null {
  return cookieOf(request, COOKIE)
}
