import type { AuditOrigin } from '#shared/audit/entry.ts'

/** A background job's own changes. */
export const jobOrigin = (name: string): AuditOrigin => ({
  actor: { kind: 'job', name },
  from: { country: null, client: null },
})
