import { createRoute, z } from '@hono/zod-openapi'
import {
  grantedToKey,
  notGivable,
  PermissionName,
  parsePermissions,
} from '#shared/access/granted.ts'
import { KEY_KINDS, type KeyKind } from '#shared/access/matrix.ts'
import { personOf } from '../../access/person-of.ts'
import { type ApiApp, apiApp, guarded } from '../../api/api-app.ts'
import { strictQuery } from '../../api/strict-query.ts'
import { hashKey } from '../../keys/api-key.ts'
import { ProblemError, problems } from '../../problems/problem.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../../problems/problem-schema.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { changeControl } from '../change-control.ts'
import { randomSecret } from '../random-secret.ts'

const KEY_BITS = 190
const SHOWN_SECRET_CHARS = 6
const ID_CHARS = 16

const Key = z
  .object({
    id: z.string(),
    kind: z.enum(KEY_KINDS),
    name: z.string(),
    prefix: z.string(),
    permissions: z.array(PermissionName),
    allowedOrigins: z.array(z.string()).nullable(),
    createdAt: z.number().openapi({ description: 'Unix milliseconds' }),
    revokedAt: z.number().nullable().openapi({ description: 'Unix milliseconds' }),
  })
  .openapi('ApiKey')

/** An origin as browsers send it: scheme, host and port, no path. */
const Origin = z
  .string()
  .max(300)
  .refine(
    (text) => URL.parse(text)?.origin === text,
    'must be an origin such as https://www.example.com',
  )

const NewKey = z
  .strictObject({
    kind: z.enum(KEY_KINDS),
    name: z.string().trim().min(1).max(60),
    permissions: z.array(PermissionName).min(1).max(100).optional().openapi({
      description: 'Secret keys: what it may do. Without it all that you and its kind may.',
    }),
    allowedOrigins: z
      .array(Origin)
      .min(1)
      .max(50)
      .optional()
      .openapi({ description: 'Write keys: from which sites browsers may send. Without it any.' }),
  })
  .refine(({ kind, permissions }) => kind === 'secret' || permissions === undefined, {
    message: 'Write keys capture and decide; they have no permissions to choose.',
    path: ['permissions'],
  })
  .refine(({ kind, allowedOrigins }) => kind === 'write' || allowedOrigins === undefined, {
    message: 'Secret keys never stand in a page; origins are for write keys.',
    path: ['allowedOrigins'],
  })

const listKeys = createRoute({
  method: 'get',
  path: '/api/v1/keys',
  operationId: 'listKeys',
  tags: ['Keys and apps'],
  summary: 'The keys of the workspace; the keys themselves are not kept',
  ...guarded('keys:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: {
      description: 'The keys, the latest first',
      content: { 'application/json': { schema: z.object({ data: z.array(Key) }) } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const makeKey = createRoute({
  method: 'post',
  path: '/api/v1/keys',
  operationId: 'makeKey',
  tags: ['Keys and apps'],
  summary: 'Make a key; it is shown this once',
  ...guarded('keys:write'),
  request: { body: { required: true, content: { 'application/json': { schema: NewKey } } } },
  responses: {
    201: {
      description: 'Made',
      content: {
        'application/json': { schema: z.object({ id: z.string(), key: z.string() }) },
      },
    },
    400: problemContent('The key is not valid'),
    ...bodyRefusals,
  },
})

const revokeKey = createRoute({
  method: 'delete',
  path: '/api/v1/keys/{id}',
  operationId: 'revokeKey',
  tags: ['Keys and apps'],
  summary: 'Revoke a key; it opens nothing after 30 seconds',
  ...guarded('keys:write'),
  request: { params: z.object({ id: z.string().regex(/^[0-9a-f]{16}$/) }) },
  responses: {
    204: { description: 'Revoked' },
    404: problemContent('There is no such key'),
    ...guardRefusals,
  },
})

/** Permissions `keys:read` and `keys:write`. */
export function keyRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(listKeys, async (c) => {
    const { rows } = await controlStore(c.env).execute({
      sql: `SELECT key_hash, kind, name, prefix, permissions, allowed_origins, created_at, revoked_at
        FROM api_keys WHERE workspace_id = ? ORDER BY created_at DESC`,
      args: [c.get('caller').workspace.id],
    })
    const data = rows.map((row) => {
      const kind: KeyKind = row.kind === 'secret' ? 'secret' : 'write'
      const stored = row.permissions === null ? null : String(row.permissions)
      const origins = row.allowed_origins === null ? null : String(row.allowed_origins)
      return {
        id: String(row.key_hash).slice(0, ID_CHARS),
        kind,
        name: String(row.name),
        prefix: String(row.prefix),
        permissions: grantedToKey(kind, parsePermissions(stored)),
        allowedOrigins: origins === null ? null : z.array(z.string()).parse(JSON.parse(origins)),
        createdAt: Number(row.created_at),
        revokedAt: row.revoked_at === null ? null : Number(row.revoked_at),
      }
    })
    return c.json({ data }, 200)
  })

  app.openapi(makeKey, async (c) => {
    const caller = personOf(c.get('caller'))
    const { kind, name, permissions, allowedOrigins } = c.req.valid('json')
    const column = grantedToKey(kind, permissions ?? null)
    if (permissions && column.length < new Set(permissions).size) {
      const extra = permissions.find((permission) => !column.includes(permission))
      throw new ProblemError(problems.invalid(`No key may carry ${extra}.`, 'permissions'))
    }
    // A key never opens more than its maker: what was not chosen is cut to it. A write key has no choice.
    const mayCut = kind === 'secret' && permissions === undefined
    const granted = mayCut
      ? column.filter((one) => caller.permissions.includes(one))
      : (permissions ?? column)
    if (notGivable(caller.permissions, granted).length > 0) {
      throw new ProblemError(problems.aboveYou())
    }
    const prefixed = `${kind === 'secret' ? 'esk' : 'ewk'}_${caller.workspace.id}_`
    const key = randomSecret(prefixed, KEY_BITS)
    const keyHash = await hashKey(key)
    const now = Date.now()
    const prefix = key.slice(0, prefixed.length + SHOWN_SECRET_CHARS)
    const statement = {
      sql: `INSERT INTO api_keys (key_hash, workspace_id, kind, prefix, name, created_at, permissions, created_by,
          allowed_origins) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      args: [
        keyHash,
        caller.workspace.id,
        kind,
        prefix,
        name,
        now,
        kind === 'secret' ? JSON.stringify(granted) : null,
        caller.userId,
        allowedOrigins ? JSON.stringify(allowedOrigins) : null,
      ],
    }
    await changeControl(c, [statement], {
      action: 'keys.made',
      subject: { kind: 'key', id: prefix },
      at: now,
      after: { name, kind, permissions: granted, allowedOrigins: allowedOrigins ?? null },
    })
    return c.json({ id: keyHash.slice(0, ID_CHARS), key }, 201)
  })

  app.openapi(revokeKey, async (c) => {
    const { workspace } = c.get('caller')
    const { id } = c.req.valid('param')
    const { rows } = await controlStore(c.env).execute({
      sql: `SELECT key_hash, prefix, name FROM api_keys
        WHERE workspace_id = ? AND revoked_at IS NULL AND substr(key_hash, 1, ${ID_CHARS}) = ?`,
      args: [workspace.id, id],
    })
    const row = rows[0]
    if (!row) throw new ProblemError(problems.notFound('key with this id that is in use'))
    const now = Date.now()
    const statement = {
      sql: 'UPDATE api_keys SET revoked_at = ? WHERE key_hash = ? AND workspace_id = ?',
      args: [now, String(row.key_hash), workspace.id],
    }
    await changeControl(c, [statement], {
      action: 'keys.revoked',
      subject: { kind: 'key', id: String(row.prefix) },
      at: now,
      before: { name: String(row.name) },
    })
    return c.body(null, 204)
  })
  return app
}
