import { createRoute, z } from '@hono/zod-openapi'
import {
  described,
  isGrantable,
  isRole,
  notGivable,
  PermissionName,
  parsePermissions,
} from '#shared/access/granted.ts'
import { permissionsOfRole, ROLES } from '#shared/access/matrix.ts'
import { personOf } from '../../access/person-of.ts'
import { type ApiApp, apiApp, guarded } from '../../api/api-app.ts'
import { strictQuery } from '../../api/strict-query.ts'
import { ProblemError, problems } from '../../problems/problem.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../../problems/problem-schema.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { changeControl } from '../change-control.ts'

const RoleId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,31}$/, 'must be 2 to 32 lower-case letters, digits and dashes')
  .refine((id) => !isRole(id), 'is the name of a role that comes with Edgewise')

const Granted = z.object({ permission: PermissionName, confirm: z.boolean() })

const Role = z
  .object({
    id: z.string(),
    name: z.string(),
    custom: z.boolean(),
    permissions: z.array(Granted),
  })
  .openapi('Role')

const listRoles = createRoute({
  method: 'get',
  path: '/api/v1/roles',
  operationId: 'listRoles',
  tags: ['People'],
  summary: 'All roles, those of the table and those of the workspace, with what they may do',
  ...guarded('roles:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: {
      description: 'The roles',
      content: { 'application/json': { schema: z.object({ data: z.array(Role) }) } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const saveRole = createRoute({
  method: 'put',
  path: '/api/v1/roles/{id}',
  operationId: 'saveRole',
  tags: ['People'],
  summary: 'Save a custom role; members who have it get its permissions within half a minute',
  ...guarded('roles:write'),
  request: {
    params: z.object({ id: RoleId }),
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.strictObject({
            name: z.string().trim().min(1).max(60),
            permissions: z.array(PermissionName).max(100),
          }),
        },
      },
    },
  },
  responses: {
    200: { description: 'Saved', content: { 'application/json': { schema: Role } } },
    400: problemContent('The role is not valid'),
    ...bodyRefusals,
  },
})

const deleteRole = createRoute({
  method: 'delete',
  path: '/api/v1/roles/{id}',
  operationId: 'deleteRole',
  tags: ['People'],
  summary: 'Delete a custom role that nobody has any more',
  ...guarded('roles:write'),
  request: { params: z.object({ id: RoleId }) },
  responses: {
    204: { description: 'Deleted' },
    404: problemContent('There is no such role'),
    409: problemContent('Somebody has the role'),
    ...guardRefusals,
  },
})

/** Permissions `roles:read` and `roles:write`. */
export function roleRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(listRoles, async (c) => {
    const { rows } = await controlStore(c.env).execute({
      sql: `SELECT id, name, permissions FROM custom_roles
        WHERE workspace_id = ? AND deleted_at IS NULL ORDER BY name, id`,
      args: [c.get('caller').workspace.id],
    })
    const own = ROLES.map((id) => ({
      id,
      name: id,
      custom: false,
      permissions: permissionsOfRole(id).map(described),
    }))
    const custom = rows.map((row) => ({
      id: String(row.id),
      name: String(row.name),
      custom: true,
      permissions: (parsePermissions(String(row.permissions)) ?? [])
        .filter(isGrantable)
        .map(described),
    }))
    return c.json({ data: [...own, ...custom] }, 200)
  })

  app.openapi(saveRole, async (c) => {
    const caller = personOf(c.get('caller'))
    const { id } = c.req.valid('param')
    const { name, permissions } = c.req.valid('json')
    const never = permissions.find((permission) => !isGrantable(permission))
    if (never) {
      const detail = `${never} stays with owners and admins; no custom role may carry it.`
      throw new ProblemError(problems.invalid(detail, 'permissions'))
    }
    if (notGivable(caller.permissions, permissions).length > 0) {
      throw new ProblemError(problems.aboveYou())
    }
    const now = Date.now()
    const statement = {
      sql: `INSERT INTO custom_roles (workspace_id, id, name, permissions, created_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name,
          permissions = excluded.permissions, deleted_at = NULL`,
      args: [caller.workspace.id, id, name, JSON.stringify(permissions), now],
    }
    await changeControl(c, [statement], {
      action: 'roles.saved',
      subject: { kind: 'role', id },
      at: now,
      after: { name, permissions },
    })
    return c.json({ id, name, custom: true, permissions: permissions.map(described) }, 200)
  })

  app.openapi(deleteRole, async (c) => {
    const { workspace } = c.get('caller')
    const { id } = c.req.valid('param')
    const { rows } = await controlStore(c.env).execute({
      sql: `SELECT (SELECT count(*) FROM memberships m WHERE m.workspace_id = r.workspace_id AND m.role = r.id
          AND m.deactivated_at IS NULL) AS members
        FROM custom_roles r WHERE r.workspace_id = ? AND r.id = ? AND r.deleted_at IS NULL`,
      args: [workspace.id, id],
    })
    const row = rows[0]
    if (!row) throw new ProblemError(problems.notFound('custom role with this id'))
    if (Number(row.members) > 0) {
      const detail = `${row.members} members have this role.`
      throw new ProblemError(problems.conflict(detail, 'Give them another role first.'))
    }
    const now = Date.now()
    const statement = {
      sql: 'UPDATE custom_roles SET deleted_at = ? WHERE workspace_id = ? AND id = ?',
      args: [now, workspace.id, id],
    }
    await changeControl(c, [statement], {
      action: 'roles.deleted',
      subject: { kind: 'role', id },
      at: now,
    })
    return c.body(null, 204)
  })
  return app
}
