import { z } from 'zod'
import type { Node } from '#shared/identity/link.ts'
import { vouchedDevices } from '#shared/identity/resolve.ts'
import type { IdentityChange, IdentityNeighbourhood } from './persons.ts'

/** What the object of a visitor should learn: the person its device belongs to, or null for no one. */
export interface ProfileRefresh {
  visitorId: string
  personId: string | null
}

/** Ids of statements that count as never said, before and after a change. */
export interface Unsaid {
  before: ReadonlySet<string>
  after: ReadonlySet<string>
}

/**
 * The devices of which a visitor's object should hear something it cannot know itself. Every other
 * statement about a device is an event of that device, which its object has folded already; an alias is
 * an event of the user. What nobody with a secret key vouches for is never told, so browser traffic
 * writes no jobs, and what a page may show depends on no stranger's claim.
 */
export function profileRefreshes(
  known: Pick<IdentityNeighbourhood, 'links' | 'persons'>,
  change: Pick<IdentityChange, 'moved'>,
  unsaid: Unsaid,
): ProfileRefresh[] {
  const aliased = new Set<Node>()
  for (const link of known.links.values()) {
    if (link.kind === 'alias' && link.verified) aliased.add(link.other)
  }
  if (aliased.size === 0) return []
  const before = vouchedDevices(known.links.values(), unsaid.before)
  const after = vouchedDevices(known.links.values(), unsaid.after)
  const moved = new Map(change.moved.map(({ node, personId }) => [node, personId]))
  const refreshes: ProfileRefresh[] = []
  for (const node of aliased) {
    const owner = known.persons.get(node) ?? null
    const told = before.has(node) ? owner : null
    const personId = after.has(node) ? (moved.get(node) ?? owner) : null
    if (personId !== told) refreshes.push({ visitorId: node.slice(2), personId })
  }
  return refreshes
}

/** The body of a job of kind `profile_refresh`; the subject is the visitor id. */
export const RefreshPayload = z.object({
  personId: z.string().nullable(),
  /** The projector version that wrote it: a later one counts. */
  version: z.int(),
})

/** The store's own clock throughout, so that no two clocks are ever compared. */
export const STORE_NOW_MS = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"

/** Written with their cause. @see ProfileRefresh for the items */
export const ADD_REFRESHES = `
INSERT INTO outbox (kind, subject, payload, created_at, next_at)
SELECT 'profile_refresh', value ->> '$.visitorId',
  json_object('personId', value ->> '$.personId', 'version', ?2), ${STORE_NOW_MS}, ${STORE_NOW_MS}
FROM json_each(?1) ORDER BY key`

/** Until the next job that the projector delivers is due, negative when it is; null when none waits. */
export const NEXT_JOB_DUE_IN_MS = `
  (SELECT min(next_at) FROM outbox WHERE kind IN ('profile_refresh', 'erasure')) - ${STORE_NOW_MS}`
