import type { Context } from 'hono'
import type { AuditFrom, AuditOrigin } from '#shared/audit/entry.ts'
import { REASON_HEADER, readReason } from '#shared/audit/reason.ts'
import type { ApiEnv } from '../api/api-app.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { actorOf } from './actor.ts'

/**
 * Who asks, from where and why, of a request that was let in.
 *
 * @throws ProblemError 400 for a reason that is too long or cannot be read
 */
export function originOf(c: Context<ApiEnv>): AuditOrigin {
  const read = readReason(c.req.header(REASON_HEADER) ?? null)
  if (read.kind === 'refused') throw new ProblemError(problems.invalid(read.why, REASON_HEADER))
  const reason = read.kind === 'given' ? read.reason : null
  return { actor: actorOf(c.get('caller')), from: fromOf(c.req.raw), reason }
}

/** No more than a country and a kind of client: where people are on record, less is right. */
export function fromOf(request: Request<unknown, CfProperties<unknown>>): AuditFrom {
  const country = request.cf?.country
  return {
    country: typeof country === 'string' ? country : null,
    client: clientOf(request.headers.get('user-agent')),
  }
}

function clientOf(userAgent: string | null): string | null {
  if (!userAgent) return null
  if (/\b(Electron|Edgewise-Console)\//.test(userAgent)) return 'console'
  return /^Mozilla\//.test(userAgent) ? 'browser' : 'program'
}
