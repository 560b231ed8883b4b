import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientCall } from './client-call.ts'

const REQUEST_TIMEOUT_MS = 15_000
const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 10_000

/** Where traffic goes: the edge's origin and a write key of the workspace. */
export interface Target {
  edge: string
  writeKey: string
}

/** Traffic that could not be delivered. `refused` needs a person, `unavailable` may pass. */
export class TrafficError extends Error {
  readonly kind: 'refused' | 'unavailable'
  readonly nextStep: string

  constructor(kind: 'refused' | 'unavailable', reason: string, nextStep: string) {
    super(`${reason} ${nextStep}`)
    this.name = 'TrafficError'
    this.kind = kind
    this.nextStep = nextStep
  }
}

/**
 * Posts one batch to `/v1/batch` until the edge has confirmed it, waiting as `Retry-After` says or
 * ever longer. A retry carries the same message ids and a fresh `sentAt`, from which the edge
 * computes when each call was made.
 *
 * @returns how many attempts it took
 * @throws TrafficError after `maxAttempts`, or at once when the edge refuses; the signal's reason
 *   when aborted
 */
export async function deliverBatch(
  target: Target,
  batch: readonly ClientCall[],
  { maxAttempts, signal }: { maxAttempts: number; signal: AbortSignal },
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    const answer = await post(target, batch, signal)
    if (answer.kind === 'confirmed') return attempt
    if (answer.kind === 'refused') {
      throw new TrafficError(
        'refused',
        `The edge refused demo traffic with status ${answer.status}: ${answer.body}`,
        'Check the write key and that the workspace exists.',
      )
    }
    if (attempt >= maxAttempts) {
      throw new TrafficError(
        'unavailable',
        `The edge did not take demo traffic in ${attempt} attempts (last: ${answer.reason}).`,
        'Check that the edge and the store are running, then start again.',
      )
    }
    const backoffMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1))
    await sleep(answer.retryAfterMs ?? backoffMs, undefined, { signal })
  }
}

type Answer =
  | { kind: 'confirmed' }
  | { kind: 'refused'; status: number; body: string }
  | { kind: 'later'; reason: string; retryAfterMs: number | null }

async function post(
  { edge, writeKey }: Target,
  batch: readonly ClientCall[],
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(new URL('/v1/batch', edge), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
      },
      body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    })
    const body = await response.text()
    if (response.ok) return { kind: 'confirmed' }
    if (response.status === 429 || response.status >= 500) {
      return {
        kind: 'later',
        reason: `status ${response.status}`,
        retryAfterMs: retryAfter(response.headers.get('retry-after')),
      }
    }
    return { kind: 'refused', status: response.status, body: body.slice(0, 200) }
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof Error ? error.message : String(error)
    return { kind: 'later', reason: cause, retryAfterMs: null }
  }
}

function retryAfter(header: string | null): number | null {
  const seconds = header === null ? Number.NaN : Number(header)
  if (!Number.isFinite(seconds) || seconds < 0) return null
  return Math.min(seconds * 1000, 3 * MAX_RETRY_MS)
}
