import type { RoleView } from '#rpc/people.ts'
import { permissionsOfRole, ROLES } from '#shared/access/matrix.ts'
import type { Me } from './givable-roles.ts'

const builtIn: RoleView[] = ROLES.map((id) => ({
  id,
  name: id,
  custom: false,
  permissions: permissionsOfRole(id).map((permission) => ({ permission, confirm: false })),
}))
export const editor: RoleView = {
  id: 'editor',
  name: 'Editor',
  custom: true,
  permissions: [{ permission: 'slots:write', confirm: false }],
}
/** Every role of the table, and one of the workspace's own. */
export const roles = [...builtIn, editor]
/** Somebody who works with a role of the table. */
export const me = (role: (typeof ROLES)[number]): Me => ({
  email: 'me@demo.example',
  role,
  permissions: permissionsOfRole(role),
})
