import type { AuditOrigin } from '#shared/audit/entry.ts'

/** Who works on the databases themselves is no person of a workspace. */
export const OPERATOR: AuditOrigin = {
  actor: { kind: 'job', name: 'operator' },
  from: { country: null, client: 'program' },
}
