import { z } from 'zod'
import { type EdgeAccess, notRunning } from './edge-access.ts'
import { PlatformError } from './platform-error.ts'

/** The effects of asking, as parameters of it. */
export interface Asking {
  fetch: typeof fetch
  wait(ms: number): Promise<void>
}

/** An edge that replays a store is back within seconds. */
const TRIES = 6
/** One that restarts too; but where none is, that should be said soon. */
const UNHEARD_TRIES = 3
const WAIT_MS = 2_000
const TIMEOUT_MS = 120_000

const Problem = z.object({ detail: z.string(), next: z.string() })

/**
 * Sends a request with the key, again while the edge is away. Redirects are not followed: the key is
 * for this edge alone.
 *
 * @throws PlatformError `not_running`, `unavailable`, `key_refused`
 */
export async function askEdge(
  { fetch, wait }: Asking,
  { url, secretKey }: EdgeAccess,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  for (let tried = 1; ; tried++) {
    let answer: Response
    try {
      answer = await fetch(`${url}${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${secretKey}` },
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
    } catch {
      if (tried >= UNHEARD_TRIES) throw notRunning(`The edge at ${url} does not answer.`)
      await wait(WAIT_MS)
      continue
    }
    if (answer.status === 401 || answer.status === 403) {
      const { detail, next } = await problemOf(answer)
      throw new PlatformError('key_refused', detail, next)
    }
    if (answer.status < 500) return answer
    const { detail } = await problemOf(answer)
    if (tried >= TRIES) {
      throw new PlatformError(
        'unavailable',
        `The edge at ${url} is not available: ${detail}`,
        'Try again in a minute; if it stays so, look at its log.',
      )
    }
    await wait(WAIT_MS)
  }
}

/** What a refusal says, also where it is none of ours. */
export async function problemOf(answer: Response): Promise<z.infer<typeof Problem>> {
  const body: unknown = await answer.json().catch(() => null)
  const problem = Problem.safeParse(body)
  if (problem.success) return problem.data
  return { detail: `It answered ${answer.status}.`, next: 'Check the address of the edge.' }
}
