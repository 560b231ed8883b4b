import type { Context } from 'hono'
import { personOf } from '../../../access/person-of.ts'
import { type ApiApp, type ApiEnv, apiApp } from '../../../api/api-app.ts'
import { outboundOf } from '../../../outbound/outbound-of.ts'
import { sealerOf } from '../../../sealing/sealer-of.ts'
import { controlStore } from '../../../tenancy/directory-of.ts'
import { changeControl } from '../../change-control.ts'
import { issuerOf } from '../../issuer.ts'
import { randomSecret } from '../../random-secret.ts'
import { checkIssuer, checkLockOut, checkRoles, checkRolesOf } from './change-checks.ts'
import { clientSecretContext } from './connection.ts'
import { connectionsOf, ownConnection } from './connection-list.ts'
import {
  deleteConnection,
  insertConnection,
  updateConnection,
  updateSecret,
} from './connection-statements.ts'
import { touchesRoles } from './decide-change.ts'
import { domainStatements } from './domain-statements.ts'
import { changeRoute, createConnectionRoute, deleteRoute, listRoute } from './route-definitions.ts'
import { auditedConnection, shownConnection } from './shown-connection.ts'

type Ctx = Context<ApiEnv>

/** The identity providers of a workspace. Permissions `sign-in:read` and `sign-in:write`. */
export function ssoConnectionRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(listRoute, async (c) => {
    const stored = await connectionsOf(controlStore(c.env), c.get('caller').workspace.id)
    const issuer = issuerOf(c.env, c.req.url)
    return c.json({ data: stored.map((each) => shownConnection(each, issuer)) }, 200)
  })

  app.openapi(createConnectionRoute, async (c) => {
    const caller = personOf(c.get('caller'))
    const control = controlStore(c.env)
    const { clientSecret = null, domains, ...asked } = c.req.valid('json')
    checkIssuer(outboundOf(c.env).policy, asked.issuer)
    await checkRoles(control, caller, asked)
    await checkLockOut(control, caller, null, domains, [])
    const id = randomSecret('sso_', 96)
    const now = Date.now()
    const connection = {
      ...asked,
      id,
      workspaceId: caller.workspace.id,
      sealedClientSecret: await sealed(c, id, clientSecret),
      givenByRole: caller.role,
    }
    await changeControl(c, [insertConnection(connection, now), ...domainStatements(id, domains)], {
      action: 'sign_in.changed',
      subject: { kind: 'sso_connection', id },
      at: now,
      after: { ...asked, domains },
    })
    return c.json(await shown(c, id), 201)
  })

  app.openapi(changeRoute, async (c) => {
    const caller = personOf(c.get('caller'))
    const control = controlStore(c.env)
    const { id } = c.req.valid('param')
    const change = c.req.valid('json')
    const { clientSecret, domains, disabled, ...rules } = change
    const before = await ownConnection(c, id)
    const after = { ...before, ...rules, isDisabled: disabled ?? before.isDisabled }
    const givesRoles = touchesRoles(change)
    if (givesRoles) {
      await checkRolesOf(control, caller, before)
      await checkRoles(control, caller, after)
    }
    if (domains) await checkLockOut(control, caller, id, domains, before.domains)
    const now = Date.now()
    const statements = [
      updateConnection(id, { ...after, givenByRole: givesRoles ? caller.role : null }, now),
      ...(clientSecret === undefined ? [] : [updateSecret(id, await sealed(c, id, clientSecret))]),
      ...(domains ? domainStatements(id, domains) : []),
    ]
    const { clientSecret: _, ...visible } = change
    await changeControl(c, statements, {
      action: 'sign_in.changed',
      subject: { kind: 'sso_connection', id },
      at: now,
      before: auditedConnection(before),
      after: { ...visible, ...(clientSecret === undefined ? {} : { clientSecret: 'changed' }) },
    })
    return c.json(await shown(c, id), 200)
  })

  app.openapi(deleteRoute, async (c) => {
    const { id } = c.req.valid('param')
    const before = await ownConnection(c, id)
    await checkRolesOf(controlStore(c.env), personOf(c.get('caller')), before)
    await changeControl(c, deleteConnection(id), {
      action: 'sign_in.changed',
      subject: { kind: 'sso_connection', id },
      at: Date.now(),
      before: auditedConnection(before),
    })
    return c.body(null, 204)
  })
  return app
}

async function shown(c: Ctx, id: string) {
  return shownConnection(await ownConnection(c, id), issuerOf(c.env, c.req.url))
}

async function sealed(c: Ctx, id: string, secret: string | null): Promise<string | null> {
  if (secret === null) return null
  return sealerOf(c.env).seal(clientSecretContext(c.get('caller').workspace.id, id), secret)
}
