import { createRoute, z } from '@hono/zod-openapi'
import { isRole, mayGiveRole } from '#shared/access/granted.ts'
import { personOf } from '../../access/person-of.ts'
import { type ApiApp, apiApp, guarded } from '../../api/api-app.ts'
import { strictQuery } from '../../api/strict-query.ts'
import { mailerOf } from '../../mail/mailer-of.ts'
import { ProblemError, problems } from '../../problems/problem.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../../problems/problem-schema.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { changeControl } from '../change-control.ts'
import { issuerOf } from '../issuer.ts'
import { readerOf } from '../pages/page.ts'
import { Email } from '../people/users.ts'
import { randomSecret, sha256Hex } from '../random-secret.ts'
import { INVITATION_LIFETIME_MS, INVITATION_PREFIX } from './invitations.ts'
import { customRolesOf } from './member-store.ts'

const MAX_LISTED = 500

const Invitation = z
  .object({
    id: z.string(),
    email: z.string(),
    role: z.string(),
    state: z.enum(['open', 'accepted', 'revoked', 'expired']),
    createdAt: z.number().openapi({ description: 'Unix milliseconds' }),
    expiresAt: z.number().openapi({ description: 'Unix milliseconds' }),
  })
  .openapi('Invitation')

const list = createRoute({
  method: 'get',
  path: '/api/v1/invitations',
  operationId: 'listInvitations',
  tags: ['People'],
  summary: 'Who was invited, the latest first',
  ...guarded('members:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: {
      description: `The latest ${MAX_LISTED}`,
      content: { 'application/json': { schema: z.object({ data: z.array(Invitation) }) } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const invite = createRoute({
  method: 'post',
  path: '/api/v1/invitations',
  operationId: 'invite',
  tags: ['People'],
  summary: 'Invite somebody by mail',
  ...guarded('members:write'),
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.strictObject({ email: Email, role: z.string().min(1).max(64) }),
        },
      },
    },
  },
  responses: {
    201: {
      description: 'Invited',
      content: {
        'application/json': {
          schema: z.object({
            id: z.string(),
            mail: z.enum(['sent', 'not_sent']).openapi({
              description:
                '`not_sent`: the mail could not be sent now; take it back and invite again.',
            }),
          }),
        },
      },
    },
    400: problemContent('The invitation is not valid'),
    ...bodyRefusals,
  },
})

const revoke = createRoute({
  method: 'delete',
  path: '/api/v1/invitations/{id}',
  operationId: 'revokeInvitation',
  tags: ['People'],
  summary: 'Take an invitation back; its link opens nothing any more',
  ...guarded('members:write'),
  request: { params: z.object({ id: z.string() }) },
  responses: {
    204: { description: 'Taken back' },
    404: problemContent('There is no open invitation with this id'),
    ...guardRefusals,
  },
})

/** Permissions `members:read` and `members:write`. */
export function invitationRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(list, async (c) => {
    const { rows } = await controlStore(c.env).execute({
      sql: `SELECT id, email, role, created_at, expires_at, accepted_at, revoked_at FROM invitations
        WHERE workspace_id = ? ORDER BY created_at DESC LIMIT ${MAX_LISTED}`,
      args: [c.get('caller').workspace.id],
    })
    const data = rows.map((row) => ({
      id: String(row.id),
      email: String(row.email),
      role: String(row.role),
      state: stateOf(row, Date.now()),
      createdAt: Number(row.created_at),
      expiresAt: Number(row.expires_at),
    }))
    return c.json({ data }, 200)
  })

  app.openapi(invite, async (c) => {
    const caller = personOf(c.get('caller'))
    const { email, role } = c.req.valid('json')
    const control = controlStore(c.env)
    const custom = await customRolesOf(control, caller.workspace.id)
    if (!isRole(role) && !custom.has(role)) {
      throw new ProblemError(problems.invalid('There is no such role in the workspace.', 'role'))
    }
    if (!mayGiveRole(caller, role, custom.get(role) ?? null)) {
      throw new ProblemError(problems.aboveYou())
    }
    const now = Date.now()
    const id = randomSecret('ivn_', 96)
    const token = randomSecret(INVITATION_PREFIX, 256)
    await changeControl(
      c,
      [
        {
          sql: `INSERT INTO invitations (id, token_hash, workspace_id, email, role, invited_by, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          args: [
            id,
            await sha256Hex(token),
            caller.workspace.id,
            email,
            role,
            caller.userId,
            now,
            now + INVITATION_LIFETIME_MS,
          ],
        },
      ],
      {
        action: 'members.invited',
        subject: { kind: 'invitation', id },
        at: now,
        after: { email, role },
      },
    )
    const { language, words } = readerOf(c.req.raw)
    const link = `${issuerOf(c.env, c.req.url)}/invitation/${token}`
    const { name } = caller.workspace
    const sent = await mailerOf(c.env).send({
      to: email,
      subject: words.mailInvitationSubject(name),
      text: words.mailInvitation(name, link, caller.name),
      locale: language,
    })
    return c.json({ id, mail: sent.kind }, 201)
  })

  app.openapi(revoke, async (c) => {
    const caller = personOf(c.get('caller'))
    const { id } = c.req.valid('param')
    const now = Date.now()
    const { rows } = await controlStore(c.env).execute({
      sql: `SELECT 1 FROM invitations WHERE id = ? AND workspace_id = ? AND accepted_at IS NULL
        AND revoked_at IS NULL`,
      args: [id, caller.workspace.id],
    })
    if (rows.length === 0) {
      throw new ProblemError(problems.notFound('open invitation with this id in the workspace'))
    }
    const taken = {
      sql: `UPDATE invitations SET revoked_at = ? WHERE id = ? AND workspace_id = ?
        AND accepted_at IS NULL`,
      args: [now, id, caller.workspace.id],
    }
    const subject = { kind: 'invitation', id }
    await changeControl(c, [taken], { action: 'invitations.revoked', subject, at: now })
    return c.body(null, 204)
  })
  return app
}

function stateOf(row: Record<string, unknown>, now: number): z.infer<typeof Invitation>['state'] {
  if (row.accepted_at !== null) return 'accepted'
  if (row.revoked_at !== null) return 'revoked'
  return Number(row.expires_at) > now ? 'open' : 'expired'
}
