import { z } from 'zod'

const since = z.number()

/**
 * How the replica stands to the edge. Times are Unix milliseconds; `since` is when this state began,
 * `lastSyncedAt` when the replica was last known to hold everything the edge had.
 */
export const ConnectionState = z.discriminatedUnion('name', [
  /** No pull has ended yet in this run. */
  z.object({ name: z.literal('connecting'), since, lastSyncedAt: z.number().nullable() }),
  /** The last pull brought everything there was. */
  z.object({ name: z.literal('synced'), since, lastSyncedAt: z.number() }),
  /** More is waiting at the edge; `pulled` counts the rows brought so far in this stretch. */
  z.object({
    name: z.literal('catching_up'),
    since,
    lastSyncedAt: z.number().nullable(),
    pulled: z.number(),
  }),
  /** The edge cannot be reached or cannot answer now; it is asked again at `retryAt`. */
  z.object({
    name: z.literal('offline'),
    since,
    lastSyncedAt: z.number().nullable(),
    reason: z.string(),
    attempt: z.number(),
    retryAt: z.number(),
  }),
  /** The edge said no to the key. */
  z.object({
    name: z.literal('refused'),
    since,
    lastSyncedAt: z.number().nullable(),
    reason: z.string(),
    next: z.string(),
  }),
  /** Edge and console speak different versions of the contract. */
  z.object({
    name: z.literal('update_needed'),
    since,
    lastSyncedAt: z.number().nullable(),
    reason: z.string(),
    next: z.string(),
  }),
  /** What was pulled cannot be written to this computer (disk full, broken replica). */
  z.object({
    name: z.literal('failed'),
    since,
    lastSyncedAt: z.number().nullable(),
    reason: z.string(),
    next: z.string(),
  }),
])
export type ConnectionState = z.infer<typeof ConnectionState>
