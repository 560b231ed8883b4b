import type { Context } from 'hono'
import type { AuditFrom, AuditOrigin } from '#shared/audit/entry.ts'
import type { ApiEnv } from '../api/api-app.ts'
import { actorOf } from './actor.ts'

/** Who asks, and from where, of a request that was let in. */
export function originOf(c: Context<ApiEnv>): AuditOrigin {
  return { actor: actorOf(c.get('caller')), from: fromOf(c.req.raw) }
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
