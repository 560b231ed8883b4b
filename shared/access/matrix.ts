/** What comes with Edgewise; workspaces add their own as sets of permissions. */
export const ROLES = ['owner', 'admin', 'marketer', 'agent', 'analyst', 'developer'] as const
export type Role = (typeof ROLES)[number]

/**
 * Write keys stand in public web pages: they capture, mint visitor ids and ask for the decision of their
 * own visitor. Secret keys are for servers.
 */
export const KEY_KINDS = ['write', 'secret'] as const
export type KeyKind = (typeof KEY_KINDS)[number]

/** `own`: only what belongs to the person who asks, such as their sessions. */
export type Scope = 'workspace' | 'own'

interface Row {
  roles: Partial<Record<Role, Scope>>
  /** A key has no person, so that it never has an `own`. */
  keys: readonly KeyKind[]
  /** A person proves again who they are, if that was more than {@link CONFIRMED_FOR_MS} ago. */
  confirm?: true
}

/** How long a proof of who somebody is serves for dangerous actions. */
export const CONFIRMED_FOR_MS = 600_000

const all = (scope: Scope): Row['roles'] =>
  Object.fromEntries(ROLES.map((role) => [role, scope])) as Record<Role, Scope>

const these = (...roles: Role[]): Row['roles'] =>
  Object.fromEntries(roles.map((role) => [role, 'workspace' as const]))

const ADMINS = these('owner', 'admin')
const BUILDERS = these('owner', 'admin', 'developer')
const READERS = these('owner', 'admin', 'marketer', 'agent', 'analyst')
const PUBLIC = ['write', 'secret'] as const
const SERVERS = ['secret'] as const
/** What manages people, keys and sign-in: a leaked key must not be able to make itself permanent. */
const PEOPLE_ALONE = [] as const

/**
 * Who may do what: docs/decisions/0014. Rows are `resource:action`; what stands in no cell is refused.
 */
const MATRIX = {
  'capture:write': { roles: BUILDERS, keys: PUBLIC },
  'decisions:read': { roles: BUILDERS, keys: PUBLIC },
  'scores:read': { roles: READERS, keys: SERVERS },
  'visitors:read': { roles: READERS, keys: SERVERS },
  'events:read': { roles: { ...READERS, developer: 'workspace' }, keys: SERVERS },
  'stats:read': { roles: all('workspace'), keys: SERVERS },
  'identity:write': { roles: these('owner', 'admin', 'marketer'), keys: SERVERS },
  'erasures:read': { roles: ADMINS, keys: SERVERS },
  'erasures:write': { roles: ADMINS, keys: SERVERS, confirm: true },
  'projection:write': { roles: ADMINS, keys: SERVERS },
  'slots:read': { roles: all('workspace'), keys: SERVERS },
  'slots:write': { roles: these('owner', 'admin', 'marketer'), keys: SERVERS },
  'models:read': { roles: all('workspace'), keys: SERVERS },
  'models:write': { roles: these('owner', 'admin', 'analyst'), keys: SERVERS },
  'sync:read': { roles: READERS, keys: SERVERS },
  'training:read': { roles: these('owner', 'admin', 'analyst'), keys: SERVERS },
  'me:read': { roles: all('own'), keys: PEOPLE_ALONE },
  'me:write': { roles: all('own'), keys: PEOPLE_ALONE },
  'members:read': { roles: all('workspace'), keys: PEOPLE_ALONE },
  'members:write': { roles: ADMINS, keys: PEOPLE_ALONE, confirm: true },
  'roles:read': { roles: all('workspace'), keys: PEOPLE_ALONE },
  'roles:write': { roles: ADMINS, keys: PEOPLE_ALONE, confirm: true },
  'keys:read': { roles: BUILDERS, keys: PEOPLE_ALONE },
  'keys:write': { roles: BUILDERS, keys: PEOPLE_ALONE, confirm: true },
  'apps:read': { roles: BUILDERS, keys: PEOPLE_ALONE },
  'apps:write': { roles: BUILDERS, keys: PEOPLE_ALONE, confirm: true },
  'sign-in:read': { roles: ADMINS, keys: PEOPLE_ALONE },
  'sign-in:write': { roles: ADMINS, keys: PEOPLE_ALONE, confirm: true },
  'audit:read': { roles: ADMINS, keys: SERVERS },
  // Servers too: who keeps audit logs elsewhere fetches them by night.
  'audit:export': { roles: ADMINS, keys: SERVERS, confirm: true },
  'sealing:write': { roles: these('owner'), keys: PEOPLE_ALONE, confirm: true },
} as const satisfies Record<string, Row>

export type Permission = keyof typeof MATRIX

export const PERMISSIONS = Object.keys(MATRIX) as [Permission, ...Permission[]]

const rowOf = (permission: Permission): Row => MATRIX[permission]

/** Null is no. */
export function scopeOfRole(role: Role, permission: Permission): Scope | null {
  return rowOf(permission).roles[role] ?? null
}

export function permissionsOfRole(role: Role): Permission[] {
  return PERMISSIONS.filter((permission) => scopeOfRole(role, permission) !== null)
}

export function permissionsOfKey(kind: KeyKind): Permission[] {
  return PERMISSIONS.filter((permission) => rowOf(permission).keys.includes(kind))
}

/** Which keys a permission may be given to. */
export function keysOf(permission: Permission): readonly KeyKind[] {
  return rowOf(permission).keys
}

export function needsConfirmation(permission: Permission): boolean {
  return rowOf(permission).confirm === true
}
