import type { Context } from 'hono'
import { type ApiApp, type ApiEnv, apiApp } from '../../../api/api-app.ts'
import { outboundOf, textsOf } from '../../../outbound/outbound-of.ts'
import { ProblemError, problems } from '../../../problems/problem.ts'
import { changeControl } from '../../change-control.ts'
import { issuerOf } from '../../issuer.ts'
import { unlessTaken } from '../newcomers.ts'
import { discover } from '../provider.ts'
import { ownConnection } from './connection-list.ts'
import { verificationRecord } from './domain-statements.ts'
import { proveDomain } from './prove-domain.ts'
import { proveRoute, testRoute } from './route-definitions.ts'
import { shownConnection } from './shown-connection.ts'

/** Whether a domain is the company's, and whether its provider answers. Permission `sign-in:write`. */
export function ssoDomainRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(proveRoute, async (c) => {
    const { id } = c.req.valid('param')
    const { domain } = c.req.valid('json')
    const stored = (await ownConnection(c, id)).domains.find((each) => each.domain === domain)
    if (!stored) throw new ProblemError(problems.notFound('such domain at this connection'))
    if (stored.verifiedAt === null) await prove(c, id, domain, stored.verificationToken)
    return c.json(shownConnection(await ownConnection(c, id), issuerOf(c.env, c.req.url)), 200)
  })

  app.openapi(testRoute, async (c) => {
    const { issuer } = await ownConnection(c, c.req.valid('param').id)
    const answer = await discover(outboundOf(c.env), issuer)
    if (answer.kind !== 'found') return c.json(answer, 200)
    const { authorization_endpoint: authorizationEndpoint } = answer.provider
    return c.json({ kind: 'works' as const, authorizationEndpoint }, 200)
  })
  return app
}

async function prove(c: Context<ApiEnv>, id: string, domain: string, token: string): Promise<void> {
  const proof = await proveDomain(textsOf(c.env), domain, token)
  if (proof.kind === 'not_asked') {
    throw new ProblemError(problems.unavailable('The name server did not answer.'))
  }
  if (proof.kind === 'no_record') {
    const next = `Put the TXT record ${verificationRecord(token)} at ${domain}, and ask again in some minutes.`
    throw new ProblemError(problems.conflict(`The record is not at ${domain}.`, next))
  }
  const now = Date.now()
  const statement = {
    sql: `UPDATE sso_domains SET verified_at = ? WHERE connection_id = ? AND domain = ?
      AND verification_token = ? AND verified_at IS NULL`,
    args: [now, id, domain, token],
  }
  const change = changeControl(c, [statement], {
    action: 'sign_in.changed',
    subject: { kind: 'sso_connection', id },
    at: now,
    after: { proven: domain },
  })
  // The index lets one connection of the deployment have it.
  if (!(await unlessTaken(change))) {
    const next = 'Have it taken out of that connection first; it may be another workspace’s.'
    throw new ProblemError(problems.conflict('Another connection has this domain.', next))
  }
}
