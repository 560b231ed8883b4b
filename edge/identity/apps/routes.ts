import { createRoute, z } from '@hono/zod-openapi'
import { notGivable, PermissionName, parsePermissions } from '#shared/access/granted.ts'
import { personOf } from '../../access/person-of.ts'
import { type ApiApp, apiApp, guarded } from '../../api/api-app.ts'
import { strictQuery } from '../../api/strict-query.ts'
import { ProblemError, problems } from '../../problems/problem.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../../problems/problem-schema.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { changeControl } from '../change-control.ts'
import { registrableRedirect } from '../oauth/redirect-uris.ts'
import { randomSecret, sha256Hex } from '../random-secret.ts'

const App = z
  .object({
    id: z.string(),
    name: z.string(),
    redirectUris: z.array(z.string()),
    permissions: z.array(PermissionName),
    confidential: z.boolean(),
    createdAt: z.number().openapi({ description: 'Unix milliseconds' }),
    revokedAt: z.number().nullable().openapi({ description: 'Unix milliseconds' }),
  })
  .openapi('App')

const NewApp = z.strictObject({
  name: z.string().trim().min(1).max(60),
  redirectUris: z.array(z.string().max(500)).min(1).max(10),
  permissions: z
    .array(PermissionName)
    .min(1)
    .max(100)
    .openapi({ description: 'What it may ask people for; it gets of it what the person has.' }),
  confidential: z.boolean().default(false).openapi({
    description: 'Whether it runs where a secret can be kept: a server, not a desktop or a page.',
  }),
})

const listApps = createRoute({
  method: 'get',
  path: '/api/v1/apps',
  operationId: 'listApps',
  tags: ['Keys and apps'],
  summary: 'Apps that this workspace registered',
  ...guarded('apps:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: {
      description: 'The apps, the latest first',
      content: { 'application/json': { schema: z.object({ data: z.array(App) }) } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const registerApp = createRoute({
  method: 'post',
  path: '/api/v1/apps',
  operationId: 'registerApp',
  tags: ['Keys and apps'],
  summary: 'Register an app that people of this workspace may let in',
  description:
    'Addresses for answers are compared letter by letter; `http://127.0.0.1/…` on any port.',
  ...guarded('apps:write'),
  request: { body: { required: true, content: { 'application/json': { schema: NewApp } } } },
  responses: {
    201: {
      description: 'Registered',
      content: {
        'application/json': {
          schema: z.object({
            clientId: z.string(),
            clientSecret: z.string().nullable().openapi({ description: 'Shown this once.' }),
          }),
        },
      },
    },
    400: problemContent('The app is not valid'),
    ...bodyRefusals,
  },
})

const revokeApp = createRoute({
  method: 'delete',
  path: '/api/v1/apps/{id}',
  operationId: 'revokeApp',
  tags: ['Keys and apps'],
  summary: 'Revoke an app; all its sessions end',
  ...guarded('apps:write'),
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: {
    204: { description: 'Revoked' },
    404: problemContent('There is no such app'),
    ...guardRefusals,
  },
})

/** Permissions `apps:read` and `apps:write`. */
export function appRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(listApps, async (c) => {
    const { rows } = await controlStore(c.env).execute({
      sql: `SELECT id, name, redirect_uris, permissions, secret_hash, created_at, revoked_at
        FROM oauth_clients WHERE workspace_id = ? ORDER BY created_at DESC`,
      args: [c.get('caller').workspace.id],
    })
    const data = rows.map((row) => ({
      id: String(row.id),
      name: String(row.name),
      redirectUris: z.array(z.string()).parse(JSON.parse(String(row.redirect_uris))),
      permissions: parsePermissions(String(row.permissions)) ?? [],
      confidential: row.secret_hash !== null,
      createdAt: Number(row.created_at),
      revokedAt: row.revoked_at === null ? null : Number(row.revoked_at),
    }))
    return c.json({ data }, 200)
  })

  app.openapi(registerApp, async (c) => {
    const caller = personOf(c.get('caller'))
    const { name, redirectUris, permissions, confidential } = c.req.valid('json')
    for (const uri of redirectUris) {
      const refused = registrableRedirect(uri)
      if (refused) {
        throw new ProblemError({
          ...problems.invalid(refused.reason, 'redirectUris'),
          next: refused.next,
        })
      }
    }
    if (notGivable(caller.permissions, permissions).length > 0) {
      throw new ProblemError(problems.aboveYou())
    }
    const clientId = randomSecret('app_', 96)
    const clientSecret = confidential ? randomSecret('ecs_', 256) : null
    const now = Date.now()
    const statement = {
      sql: `INSERT INTO oauth_clients (id, workspace_id, name, secret_hash, redirect_uris, permissions, created_by,
          created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      args: [
        clientId,
        caller.workspace.id,
        name,
        clientSecret && (await sha256Hex(clientSecret)),
        JSON.stringify(redirectUris),
        JSON.stringify(permissions),
        caller.userId,
        now,
      ],
    }
    await changeControl(c, [statement], {
      action: 'apps.registered',
      subject: { kind: 'app', id: clientId },
      at: now,
      after: { name, redirectUris, permissions, confidential },
    })
    return c.json({ clientId, clientSecret }, 201)
  })

  app.openapi(revokeApp, async (c) => {
    const { workspace } = c.get('caller')
    const { id } = c.req.valid('param')
    const { rows } = await controlStore(c.env).execute({
      sql: 'SELECT name FROM oauth_clients WHERE id = ? AND workspace_id = ? AND revoked_at IS NULL',
      args: [id, workspace.id],
    })
    const row = rows[0]
    if (!row) throw new ProblemError(problems.notFound('app with this id that is in use'))
    const now = Date.now()
    const statements = [
      {
        sql: 'UPDATE oauth_clients SET revoked_at = ? WHERE id = ? AND workspace_id = ?',
        args: [now, id, workspace.id],
      },
      {
        sql: `UPDATE sessions SET ended_at = ?, ended_because = 'signed_out'
          WHERE client_id = ? AND ended_at IS NULL`,
        args: [now, id],
      },
    ]
    await changeControl(c, statements, {
      action: 'apps.revoked',
      subject: { kind: 'app', id },
      at: now,
      before: { name: String(row.name) },
    })
    return c.body(null, 204)
  })
  return app
}
