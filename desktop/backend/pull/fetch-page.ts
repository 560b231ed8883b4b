import { z } from 'zod'
import { PullResponse, SYNC_PROTOCOL_VERSION } from '#shared/sync/protocol.ts'
import type { PullPage } from '../replica/apply-page.ts'
import type { ReplicaCursor } from '../replica/state.ts'
import { codeOf, type EdgeIdentity } from '../session/session.ts'

const PULL_PATH = '/api/v1/sync/pull'
const PULL_TIMEOUT_MS = 20_000
const PAGE_ROWS = 1000

/** What came of asking the edge for a page. */
export type PullOutcome =
  | { kind: 'page'; page: PullPage }
  | { kind: 'reset'; epoch: string; reason: string }
  | { kind: 'unreachable'; reason: string; retryAfterMs: number | null }
  | { kind: 'refused'; reason: string; next: string }
  | { kind: 'incompatible'; reason: string; next: string }

export type PullSource = {
  edgeUrl: string
  identity: EdgeIdentity
  fetch: typeof fetch
}

/** The part of problem+json (RFC 9457) that is shown to people. */
const Problem = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  next: z.string().optional(),
})

/** Asks the edge for what comes after the cursor. Never throws, except when `signal` ends it. */
export const fetchPage = async (
  source: PullSource,
  cursor: ReplicaCursor,
  signal: AbortSignal,
  isSecondTry = false,
): Promise<PullOutcome> => {
  const proof = await source.identity.proof()
  if (proof.kind === 'unreachable') {
    return { kind: 'unreachable', reason: proof.reason, retryAfterMs: null }
  }
  if (proof.kind === 'signed_out') return SIGNED_OUT
  let response: Response
  let body: unknown
  try {
    response = await source.fetch(new URL(PULL_PATH, source.edgeUrl), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${proof.token}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({ protocol: SYNC_PROTOCOL_VERSION, ...cursor, limit: PAGE_ROWS }),
      // The key goes to the address that was configured and nowhere else.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PULL_TIMEOUT_MS)]),
    })
    body = await readJson(response)
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'unreachable', reason: describeFailure(error), retryAfterMs: null }
  }
  if (response.status === 401 || response.status === 403) {
    const isRenewed = await source.identity.refused(codeOf(body))
    if (isRenewed && !isSecondTry) return fetchPage(source, cursor, signal, true)
  }
  return judgeAnswer(response.status, response.headers.get('retry-after'), body)
}

const SIGNED_OUT: PullOutcome = {
  kind: 'refused',
  reason: 'Nobody is signed in.',
  next: 'Sign in.',
}

const readJson = async (response: Response): Promise<unknown> => {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const describeFailure = (error: unknown): string => {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return 'The edge did not answer in time.'
  }
  return 'The edge cannot be reached.'
}

/**
 * What an answer means. Only 401 and 403 are a no; everything else that is not a page is taken as an
 * edge that cannot answer now (a proxy's page, an overload, a fault), because that passes by itself.
 */
export const judgeAnswer = (
  status: number,
  retryAfter: string | null,
  body: unknown,
): PullOutcome => {
  if (status === 200 && body !== undefined) return judgeBody(body)
  const problem = Problem.safeParse(body)
  const said = problem.success ? (problem.data.detail ?? problem.data.title) : undefined
  if (status === 401 || status === 403) {
    return {
      kind: 'refused',
      reason: said ?? 'The edge did not accept the key.',
      next:
        (problem.success ? problem.data.next : undefined) ??
        'Start the console with a secret key of this workspace.',
    }
  }
  if (status === 426) return incompatible(said)
  return {
    kind: 'unreachable',
    reason: said ?? `The edge answered ${status} instead of data.`,
    retryAfterMs: retryAfterMs(retryAfter),
  }
}

const judgeBody = (body: unknown): PullOutcome => {
  const parsed = PullResponse.safeParse(body)
  if (!parsed.success) return incompatible(undefined)
  return parsed.data.kind === 'page'
    ? { kind: 'page', page: parsed.data }
    : { kind: 'reset', epoch: parsed.data.epoch, reason: parsed.data.reason }
}

const incompatible = (said: string | undefined): PullOutcome => ({
  kind: 'incompatible',
  reason: said ?? 'The edge and this console speak different versions.',
  next: 'Update the console; what is already here can still be read.',
})

const MAX_RETRY_AFTER_MS = 10 * 60_000

/** Only the form in seconds is honoured; a date would need both clocks to agree. */
const retryAfterMs = (header: string | null): number | null => {
  if (header === null || !/^\d+$/.test(header)) return null
  return Math.min(Number(header) * 1000, MAX_RETRY_AFTER_MS)
}
