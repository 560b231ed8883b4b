import {
  CONFIRMED_FOR_MS,
  keysOf,
  needsConfirmation,
  type Permission,
} from '#shared/access/matrix.ts'
import { keyOfHeaders } from '../capture/key-of-request.ts'
import type { Env } from '../env.ts'
import { accessTokenOf } from '../identity/tokens/edge-tokens.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { directoryOf } from '../tenancy/directory-of.ts'

import type { Caller, PersonCaller } from './caller.ts'
import { type AccessAnswer, isolateAccess } from './isolate-access.ts'
import { isAccessToken, keyCallerOf } from './key-caller.ts'

/**
 * Who calls, and whether they may: the one place that says yes.
 *
 * @throws ProblemError 401 only after an authoritative no, 503 when nobody can be asked, 403
 */
export async function authorize(
  env: Env,
  request: Request,
  permission: Permission,
): Promise<Caller> {
  const credential = keyOfHeaders(request.headers)
  if (!credential) throw new ProblemError(problems.keyMissing(keysOf(permission)))
  return isAccessToken(credential)
    ? personOf(env, request, credential, permission)
    : keyCallerOf(await directoryOf(env).check(credential), permission)
}

async function personOf(
  env: Env,
  request: Request,
  token: string,
  permission: Permission,
): Promise<PersonCaller> {
  const checked = await accessTokenOf(env, request.url, token)
  if (checked.kind === 'expired') throw new ProblemError(problems.tokenExpired())
  if (checked.kind === 'refused') throw new ProblemError(problems.tokenRefused(checked.reason))
  const { claims } = checked
  const workspace = await directoryOf(env).workspace(claims.workspace)
  if (!workspace) throw new ProblemError(problems.tokenRefused('Its workspace is gone.'))
  const effect = permission.endsWith(':read') ? 'read' : 'write'
  let answer = await isolateAccess(env).of(workspace.id, claims.sid, effect)
  // Whoever has just confirmed tries again at once, sooner than a remembered answer grows old.
  if (mustConfirm(answer, permission))
    answer = await isolateAccess(env).again(workspace.id, claims.sid)
  if (answer.kind === 'unavailable') {
    throw new ProblemError(problems.unavailable('The session cannot be checked.'))
  }
  const { access } = answer
  if (access.kind === 'none') throw new ProblemError(problems.sessionEnded(access.reason))
  if (access.userId !== claims.sub) {
    throw new ProblemError(problems.tokenRefused('It names another person than its session.'))
  }
  if (!access.permissions.includes(permission)) {
    throw new ProblemError(problems.notInRole(permission, access.role))
  }
  if (mustConfirm(answer, permission)) {
    throw new ProblemError(problems.stepUpRequired(claims.sid))
  }
  const { userId, email, name, role, permissions, confirmedAt } = access
  const who = { userId, email, name, sessionId: claims.sid, clientId: claims.client_id }
  return { kind: 'person', workspace, ...who, role, permissions, confirmedAt }
}

function mustConfirm(answer: AccessAnswer, permission: Permission): boolean {
  if (!needsConfirmation(permission) || answer.kind !== 'known') return false
  const { access } = answer
  return access.kind === 'member' && Date.now() - access.confirmedAt > CONFIRMED_FOR_MS
}
