import { keyOfHeaders } from '../capture/key-of-request.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import type { Directory } from '../tenancy/directory.ts'
import type { Workspace } from '../tenancy/workspace.ts'
import type { KeyKind } from './api-key.ts'
import { allows, PERMISSIONS, type Permission } from './permissions.ts'

export interface Caller {
  workspace: Workspace
  key: KeyKind
}

/**
 * Who calls, and whether they may. The workspace comes from the key alone, never from the request.
 *
 * @throws ProblemError 401 only after an authoritative no, 503 when the key cannot be checked, 403
 */
export async function authorizeKey(
  directory: Directory,
  key: string | null,
  permission: Permission,
): Promise<Caller> {
  if (!key) throw new ProblemError(problems.keyMissing(PERMISSIONS[permission]))
  const check = await directory.check(key)
  switch (check.kind) {
    case 'refused':
      throw new ProblemError(problems.keyRefused())
    case 'unavailable':
      throw new ProblemError(problems.unavailable('The key cannot be checked.'))
    case 'ok':
      if (!allows(check.key, permission)) throw new ProblemError(problems.forbidden(permission))
      return { workspace: check.workspace, key: check.key }
  }
}

export function authorize(
  directory: Directory,
  request: Request,
  permission: Permission,
): Promise<Caller> {
  return authorizeKey(directory, keyOfHeaders(request.headers), permission)
}
