import { type AuditStore, type AuditTrail, auditTrail } from './append.ts'
import { jobOrigin } from './job-origin.ts'

export const TEST_ORIGIN = jobOrigin('a test')

/** The trail of a hub whose workspace this is. */
export const testTrail = (store: AuditStore): AuditTrail => auditTrail(store, 'demo', TEST_ORIGIN)
