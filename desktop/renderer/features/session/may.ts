import type { SessionState } from '#rpc/session.ts'
import { permissionsOfKey } from '#shared/access/matrix.ts'

const OF_SECRET_KEYS: readonly string[] = permissionsOfKey('secret')

/** Whether the person may do something; a console with a key may at most what a secret key may. */
export const may = (session: SessionState | null, permission: string): boolean => {
  switch (session?.name) {
    case 'signed_in':
      return session.permissions.some((granted) => granted.permission === permission)
    case 'by_key':
      return OF_SECRET_KEYS.includes(permission)
    default:
      return false
  }
}
