import type { KeyKind, Permission } from '#shared/access/matrix.ts'
import type { Workspace } from '../tenancy/workspace.ts'

export interface KeyCaller {
  kind: 'key'
  workspace: Workspace
  key: KeyKind
  /** What people see of it in lists. */
  prefix: string
  permissions: readonly Permission[]
}

export interface PersonCaller {
  kind: 'person'
  workspace: Workspace
  userId: string
  email: string
  name: string
  sessionId: string
  clientId: string
  /** A role of the matrix, or the id of a custom role. */
  role: string
  permissions: readonly Permission[]
  /** When the person last proved who they are. */
  confirmedAt: number
}

/** Who calls. The workspace comes from the key or the token alone, never from the request. */
export type Caller = KeyCaller | PersonCaller
