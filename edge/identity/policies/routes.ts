import { createRoute, z } from '@hono/zod-openapi'
import { isRole } from '#shared/access/granted.ts'
import { type ApiApp, apiApp, guarded } from '../../api/api-app.ts'
import { strictQuery } from '../../api/strict-query.ts'
import { ProblemError, problems } from '../../problems/problem.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../../problems/problem-schema.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { changeControl } from '../change-control.ts'
import { customRolesOf } from '../members/member-store.ts'
import { parseRoles } from '../sessions/methods.ts'

const EVERYBODY = '*'

const Policy = z
  .strictObject({
    secondFactorRoles: z
      .array(z.string().max(64))
      .max(50)
      .openapi({ description: 'Roles that need a second factor; `*` is everybody.' }),
  })
  .openapi('SignInPolicy')

const readPolicy = createRoute({
  method: 'get',
  path: '/api/v1/sign-in-policy',
  operationId: 'signInPolicy',
  tags: ['People'],
  summary: 'What the workspace asks of people who sign in',
  ...guarded('sign-in:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: { description: 'The policy', content: { 'application/json': { schema: Policy } } },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const savePolicy = createRoute({
  method: 'put',
  path: '/api/v1/sign-in-policy',
  operationId: 'saveSignInPolicy',
  tags: ['People'],
  summary: 'Say who needs a second factor; sessions without one lose access within half a minute',
  ...guarded('sign-in:write'),
  request: { body: { required: true, content: { 'application/json': { schema: Policy } } } },
  responses: {
    200: { description: 'Saved', content: { 'application/json': { schema: Policy } } },
    400: problemContent('The policy is not valid'),
    ...bodyRefusals,
  },
})

/** Permissions `sign-in:read` and `sign-in:write`. */
export function policyRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(readPolicy, async (c) => {
    const { rows } = await controlStore(c.env).execute({
      sql: 'SELECT second_factor_roles FROM workspace_policies WHERE workspace_id = ?',
      args: [c.get('caller').workspace.id],
    })
    const stored = rows[0] ? String(rows[0].second_factor_roles) : null
    return c.json({ secondFactorRoles: parseRoles(stored) }, 200)
  })
  app.openapi(savePolicy, async (c) => {
    const { workspace } = c.get('caller')
    const { secondFactorRoles } = c.req.valid('json')
    const custom = await customRolesOf(controlStore(c.env), workspace.id)
    const unknown = secondFactorRoles.find(
      (role) => role !== EVERYBODY && !isRole(role) && !custom.has(role),
    )
    if (unknown !== undefined) {
      throw new ProblemError(problems.invalid(`There is no role ${unknown}.`, 'secondFactorRoles'))
    }
    const statement = {
      sql: `INSERT INTO workspace_policies (workspace_id, second_factor_roles) VALUES (?, ?)
        ON CONFLICT (workspace_id) DO UPDATE SET second_factor_roles = excluded.second_factor_roles`,
      args: [workspace.id, JSON.stringify(secondFactorRoles)],
    }
    await changeControl(c, [statement], {
      action: 'policies.changed',
      subject: { kind: 'workspace', id: workspace.id },
      at: Date.now(),
      after: { secondFactorRoles },
    })
    return c.json({ secondFactorRoles }, 200)
  })
  return app
}
