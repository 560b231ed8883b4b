import { createRoute, z } from '@hono/zod-openapi'
import { personOf } from '../../access/person-of.ts'
import { type ApiApp, apiApp, guarded } from '../../api/api-app.ts'
import { strictQuery } from '../../api/strict-query.ts'
import { originOf } from '../../audit/origin.ts'
import { ProblemError, problems } from '../../problems/problem.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../../problems/problem-schema.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import type { MemberChange, MemberRefusal } from './decide-member-change.ts'

const Member = z
  .object({
    userId: z.string(),
    email: z.string(),
    name: z.string(),
    role: z.string().openapi({ description: 'A role of the table, or the id of a custom role.' }),
    active: z.boolean(),
    secondFactor: z.boolean(),
    joinedAt: z.number().openapi({ description: 'Unix milliseconds' }),
    lastSeenAt: z.number().nullable().openapi({ description: 'Unix milliseconds' }),
  })
  .openapi('Member')

const listMembers = createRoute({
  method: 'get',
  path: '/api/v1/members',
  operationId: 'listMembers',
  tags: ['People'],
  summary: 'Who works in this workspace, and as what',
  ...guarded('members:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: {
      description: 'All members, also those without access any more',
      content: { 'application/json': { schema: z.object({ data: z.array(Member) }) } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const Change = z
  .strictObject({ role: z.string().min(1).max(64).optional(), active: z.boolean().optional() })
  .refine(({ role, active }) => (role === undefined) !== (active === undefined), {
    message: 'Send either role or active.',
  })
  .openapi('MemberChange')

const changeRoute = createRoute({
  method: 'patch',
  path: '/api/v1/members/{userId}',
  operationId: 'changeMember',
  tags: ['People'],
  summary: 'Give a member another role, or take access away or give it back',
  description: 'Takes effect within half a minute everywhere, and at once on open connections.',
  ...guarded('members:write'),
  request: {
    params: z.object({ userId: z.string() }),
    body: { required: true, content: { 'application/json': { schema: Change } } },
  },
  responses: {
    200: {
      description: 'The member as it is now',
      content: {
        'application/json': {
          schema: z.object({ userId: z.string(), role: z.string(), active: z.boolean() }),
        },
      },
    },
    400: problemContent('The change is not valid'),
    404: problemContent('There is no such member'),
    409: problemContent('The workspace would be without an owner'),
    ...bodyRefusals,
  },
})

/** Permissions `members:read` and `members:write`. */
export function memberRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(listMembers, async (c) => {
    const { rows } = await controlStore(c.env).execute({
      sql: `SELECT m.user_id, u.email, u.name, m.role, m.deactivated_at, u.deactivated_at AS user_gone_at,
          m.created_at,
          EXISTS (SELECT 1 FROM totp_factors t WHERE t.user_id = m.user_id AND t.confirmed_at IS NOT NULL)
            OR EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = m.user_id) AS has_factor,
          (SELECT max(s.last_used_at) FROM sessions s WHERE s.user_id = m.user_id
            AND s.workspace_id = m.workspace_id) AS last_seen_at
        FROM memberships m JOIN users u ON u.id = m.user_id
        WHERE m.workspace_id = ? ORDER BY u.name, u.id`,
      args: [c.get('caller').workspace.id],
    })
    const data = rows.map((row) => ({
      userId: String(row.user_id),
      email: String(row.email),
      name: String(row.name),
      role: String(row.role),
      active: row.deactivated_at === null && row.user_gone_at === null,
      secondFactor: row.has_factor === 1,
      joinedAt: Number(row.created_at),
      lastSeenAt: row.last_seen_at === null ? null : Number(row.last_seen_at),
    }))
    return c.json({ data }, 200)
  })
  app.openapi(changeRoute, async (c) => {
    const caller = personOf(c.get('caller'))
    const { userId } = c.req.valid('param')
    const { role, active } = c.req.valid('json')
    const change: MemberChange =
      role === undefined
        ? { kind: active ? 'activate' : 'deactivate', userId }
        : { kind: 'role', userId, role }
    const hub = c.env.WORKSPACE_HUB.getByName(caller.workspace.id)
    const giver = { userId: caller.userId, role: caller.role, permissions: [...caller.permissions] }
    const decision = await hub.changeMember(giver, change, originOf(c))
    switch (decision.kind) {
      case 'refused':
        throw new ProblemError(refusal(decision.reason))
      case 'unchanged':
      case 'change': {
        const { rows } = await controlStore(c.env).execute({
          sql: 'SELECT role, deactivated_at FROM memberships WHERE workspace_id = ? AND user_id = ?',
          args: [caller.workspace.id, userId],
        })
        const active = rows[0]?.deactivated_at === null
        return c.json({ userId, role: String(rows[0]?.role), active }, 200)
      }
    }
  })
  return app
}

function refusal(reason: MemberRefusal) {
  switch (reason) {
    case 'no_such_member':
      return problems.notFound('member with this id in the workspace')
    case 'no_such_role':
      return problems.invalid('There is no such role in the workspace.', 'role')
    case 'above_you':
      return problems.aboveYou()
    case 'last_owner':
      return problems.conflict(
        'This is the last owner of the workspace.',
        'Make somebody else an owner first.',
      )
  }
}
