import { keysOf, type Permission } from '#shared/access/matrix.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import type { KeyCheck } from '../tenancy/directory.ts'
import type { KeyCaller } from './caller.ts'

/** Whether a credential can only be a person's: keys have no dots, the three parts of a token have two. */
export function isAccessToken(credential: string): boolean {
  return credential.includes('.')
}

/** @throws ProblemError 401 only after an authoritative no, 503 when nobody can be asked, 403 */
export function keyCallerOf(check: KeyCheck, permission: Permission): KeyCaller {
  switch (check.kind) {
    case 'refused':
      throw new ProblemError(problems.keyRefused())
    case 'unavailable':
      throw new ProblemError(problems.unavailable('The key cannot be checked.'))
    case 'ok': {
      const { workspace, key, prefix, permissions } = check
      if (!permissions.includes(permission)) {
        throw new ProblemError(problems.forbidden(permission, keysOf(permission)))
      }
      return { kind: 'key', workspace, key, prefix, permissions }
    }
  }
}
