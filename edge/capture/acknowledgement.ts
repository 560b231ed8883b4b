import { problemResponse } from '../problems/problem.ts'
import type { AppendAnswer } from '../visitors/log-entry.ts'
import { CORS_HEADERS } from './cors.ts'

const SUCCESS = '{"success":true}'

/**
 * What the client hears once every object touched has answered: 200 only if all of them have the
 * events on disk. Where one is overloaded the whole call is to come again; what others stored already
 * is recognised then.
 */
export function acknowledgement(
  answers: readonly AppendAnswer[],
  cors: Record<string, string> = CORS_HEADERS,
): Response {
  const waits = answers.flatMap((answer) =>
    answer.kind === 'overloaded' ? [answer.retryAfterSeconds] : [],
  )
  if (waits.length > 0) return tooMany(Math.max(...waits))
  return new Response(SUCCESS, { headers: { 'content-type': 'application/json', ...cors } })
}

function tooMany(retryAfterSeconds: number): Response {
  return problemResponse(
    {
      status: 429,
      code: 'backlog_full',
      title: 'Too many events',
      detail: 'The store cannot keep up, and the backlog is full.',
      next: 'Send the same events again after the time in Retry-After.',
      retryAfterSeconds,
    },
    CORS_HEADERS,
  )
}
