import { z } from 'zod'
import { Why } from './why.ts'

export const Member = z.object({
  userId: z.string(),
  email: z.string(),
  name: z.string(),
  /** A role that comes with Edgewise, or the id of one of the workspace's own. */
  role: z.string(),
  active: z.boolean(),
  secondFactor: z.boolean(),
  /** Unix milliseconds. */
  joinedAt: z.number(),
  /** Unix milliseconds; null for somebody who has never signed an app in. */
  lastSeenAt: z.number().nullable(),
})
export type Member = z.infer<typeof Member>

export const Invitation = z.object({
  id: z.string(),
  email: z.string(),
  role: z.string(),
  state: z.enum(['open', 'accepted', 'revoked', 'expired']),
  /** Unix milliseconds. */
  createdAt: z.number(),
  /** Unix milliseconds. */
  expiresAt: z.number(),
})
export type Invitation = z.infer<typeof Invitation>

/** Names of permissions are not narrowed: a newer edge may know more of them. */
export const RoleView = z.object({
  id: z.string(),
  name: z.string(),
  custom: z.boolean(),
  permissions: z.array(z.object({ permission: z.string(), confirm: z.boolean() })),
})
export type RoleView = z.infer<typeof RoleView>

/** Everything the page of people shows. */
export const PeopleView = z.object({
  members: z.array(Member),
  /** The open ones first, each kind by time, the latest first. */
  invitations: z.array(Invitation),
  roles: z.array(RoleView),
  /** Roles that need a second factor, `*` for everybody; null for who may not read it. */
  secondFactorRoles: z.array(z.string()).nullable(),
})
export type PeopleView = z.infer<typeof PeopleView>

const RoleId = z.string().min(1).max(64)

export const RoleDraft = z.object({
  id: RoleId,
  name: z.string().trim().min(1).max(60),
  permissions: z.array(z.string()).max(100),
})
export type RoleDraft = z.infer<typeof RoleDraft>

const nothing = z.object({})

/** These ask the edge: nothing of it is kept on this computer. */
export const PEOPLE_METHODS = {
  'people.get': { input: nothing, output: PeopleView },
  /** Who stands behind the ids of an audit log. */
  'people.names': {
    input: nothing,
    output: z.object({ people: z.array(Member.pick({ userId: true, name: true, email: true })) }),
  },
  'people.changeMember': {
    input: Why.extend({
      userId: z.string(),
      change: z.union([z.object({ role: RoleId }), z.object({ active: z.boolean() })]),
    }),
    output: nothing,
  },
  'people.invite': {
    input: z.object({ email: z.string().max(320), role: RoleId }),
    /** `not_sent`: the invitation stands, and its mail did not go out. */
    output: z.object({ mail: z.enum(['sent', 'not_sent']) }),
  },
  'people.takeBack': { input: z.object({ invitationId: z.string() }), output: nothing },
  'people.saveRole': { input: RoleDraft, output: nothing },
  'people.deleteRole': { input: Why.extend({ id: RoleId }), output: nothing },
  'people.askSecondFactor': {
    input: Why.extend({ roles: z.array(RoleId).max(50) }),
    output: nothing,
  },
} as const
