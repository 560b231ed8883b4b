import type { Permission } from '#shared/access/matrix.ts'

export const PERMISSION_GROUPS = [
  'Visitors and leads',
  'Slots and decisions',
  'Models',
  'People',
  'Keys and apps',
  'Sign-in and audit log',
  'Your own account',
] as const
export type PermissionGroup = (typeof PERMISSION_GROUPS)[number]

type Words = { group: PermissionGroup; words: string }

/** What each permission allows, as the end of "may …". */
const WORDS: Record<Permission, Words> = {
  'capture:write': { group: 'Visitors and leads', words: 'send events' },
  'visitors:read': { group: 'Visitors and leads', words: 'see visitors and persons' },
  'events:read': { group: 'Visitors and leads', words: 'see events' },
  'scores:read': { group: 'Visitors and leads', words: 'see scores' },
  'stats:read': { group: 'Visitors and leads', words: 'see figures' },
  'sync:read': { group: 'Visitors and leads', words: 'keep a copy of the data in the console' },
  'identity:write': { group: 'Visitors and leads', words: 'correct who is who' },
  'erasures:read': { group: 'Visitors and leads', words: 'see who was erased' },
  'erasures:write': { group: 'Visitors and leads', words: 'erase persons' },
  'projection:write': {
    group: 'Visitors and leads',
    words: 'build everything anew from the events',
  },
  'decisions:read': { group: 'Slots and decisions', words: 'ask for decisions' },
  'slots:read': { group: 'Slots and decisions', words: 'see slots' },
  'slots:write': { group: 'Slots and decisions', words: 'change and publish slots' },
  'models:read': { group: 'Models', words: 'see models' },
  'models:write': { group: 'Models', words: 'promote, try and retire models' },
  'training:read': { group: 'Models', words: 'read data to train on' },
  'members:read': { group: 'People', words: 'see who works here' },
  'members:write': { group: 'People', words: 'invite people and change their roles' },
  'roles:read': { group: 'People', words: 'see roles' },
  'roles:write': { group: 'People', words: 'make and change roles' },
  'keys:read': { group: 'Keys and apps', words: 'see keys' },
  'keys:write': { group: 'Keys and apps', words: 'make and revoke keys' },
  'apps:read': { group: 'Keys and apps', words: 'see registered apps' },
  'apps:write': { group: 'Keys and apps', words: 'register and revoke apps' },
  'sign-in:read': { group: 'Sign-in and audit log', words: 'see how people sign in' },
  'sign-in:write': { group: 'Sign-in and audit log', words: 'say how people sign in' },
  'audit:read': { group: 'Sign-in and audit log', words: 'read and verify the audit log' },
  'audit:export': { group: 'Sign-in and audit log', words: 'export the audit log' },
  'sealing:write': { group: 'Sign-in and audit log', words: 'give sealed secrets a new key' },
  'me:read': { group: 'Your own account', words: 'see your own account' },
  'me:write': { group: 'Your own account', words: 'change your own account' },
}

const known: Readonly<Record<string, Words>> = WORDS

/** @param permission one of a newer edge stands for itself */
export const permissionWords = (permission: string): string =>
  known[permission]?.words ?? permission

/** Permissions by what they are about; groups without any are left out. */
export const grouped = (
  permissions: readonly string[],
): { group: PermissionGroup | 'Other'; permissions: string[] }[] => {
  const groupOf = (permission: string) => known[permission]?.group ?? 'Other'
  return [...PERMISSION_GROUPS, 'Other' as const]
    .map((group) => ({ group, permissions: permissions.filter((each) => groupOf(each) === group) }))
    .filter((each) => each.permissions.length > 0)
}

/** What somebody gains and loses with another set of permissions, in words. */
export const difference = (
  before: readonly string[],
  after: readonly string[],
): { gains: string[]; loses: string[] } => ({
  gains: after.filter((each) => !before.includes(each)).map(permissionWords),
  loses: before.filter((each) => !after.includes(each)).map(permissionWords),
})
