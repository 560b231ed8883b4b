import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { emptyProfile, foldEvent, type Profile } from '#shared/profile/profile.ts'
import type { DrainDeps } from './drain.ts'
import type { LiveProfiles } from './live-profiles.ts'
import { rewindToStore } from './rewind.ts'
import { positionOf, storedEvent, visitorEventsStatement } from './stored-events.ts'

/** The newest events of a visitor that a profile is built from again. */
export const MAX_EVENTS_READ = 5_000
/** The store answers with at most 10 MB, and an event may take 32 KB, twice as much in escapes. */
const EVENTS_PER_READ = 100
/** Then the drain has its turn again. */
const VISITORS_PER_STEP = 20

const READ_EPOCH = 'SELECT epoch FROM store_meta'

export type ReturnStep =
  /** Nobody waits to be brought back. */
  | { kind: 'done' }
  /** Some are back, or the log must be drained first: drain and come again. */
  | { kind: 'more' }
  /** The store is away: profiles stay provisional. */
  | { kind: 'waiting'; reason: string }

/**
 * Builds the profiles of returning visitors anew from the store's events, without those of erased persons
 * that the projector has not come to yet. It reads only while the
 * store has every event of the log, so that what the store lacks is exactly what arrives meanwhile.
 */
export async function bringBackVisitors(
  deps: DrainDeps,
  profiles: LiveProfiles,
  isErased: (event: CapturedEvent) => boolean = () => false,
): Promise<ReturnStep> {
  if (profiles.returningCount === 0) return { kind: 'done' }
  if (deps.log.backlog() > 0) return { kind: 'more' }
  try {
    const { generation } = profiles
    for (const visitorId of profiles.beginReading(VISITORS_PER_STEP)) {
      const read = await readVisitor(deps, visitorId, isErased)
      // Somebody was erased meanwhile: what was read may hold what is gone.
      if (profiles.generation !== generation) return { kind: 'more' }
      // A store restored to an earlier state lacks events that the log still has to send again.
      if (read.kind === 'other_epoch') {
        await rewindToStore(deps, read.epoch)
        return { kind: 'more' }
      }
      profiles.bringBack(read.profile, read.messageIds)
    }
    return { kind: profiles.returningCount > 0 ? 'more' : 'done' }
  } catch (error) {
    return { kind: 'waiting', reason: String(error) }
  } finally {
    profiles.endReading()
  }
}

type VisitorRead =
  | { kind: 'read'; profile: Profile; messageIds: Set<string> }
  | { kind: 'other_epoch'; epoch: string }

async function readVisitor(
  { store, log, object }: DrainDeps,
  visitorId: string,
  isErased: (event: CapturedEvent) => boolean,
): Promise<VisitorRead> {
  const messageIds = new Set<string>()
  let profile = emptyProfile(visitorId)
  let below = null
  for (let left = MAX_EVENTS_READ; left > 0; left -= EVENTS_PER_READ) {
    const [meta, page] = await store.batch(
      [READ_EPOCH, visitorEventsStatement(visitorId, below, EVENTS_PER_READ)],
      'read',
    )
    const epoch = String(meta?.rows[0]?.epoch)
    if (epoch !== log.meta('epoch')) return { kind: 'other_epoch', epoch }
    const rows = page?.rows ?? []
    for (const row of rows) {
      const event = readableEvent(row, object)
      if (!event || isErased(event)) continue
      messageIds.add(event.messageId)
      profile = foldEvent(profile, event)
    }
    const last = rows.at(-1)
    if (!last || rows.length < EVENTS_PER_READ) break
    below = positionOf(last)
  }
  return { kind: 'read', profile, messageIds }
}

/** A row that somebody else wrote must not keep its visitor away for ever. */
function readableEvent(row: Record<string, unknown>, object: string): CapturedEvent | null {
  try {
    return storedEvent(row)
  } catch (error) {
    console.warn(
      JSON.stringify({
        event: 'stored_event_unreadable',
        object,
        messageId: String(row.messageId),
        reason: String(error),
      }),
    )
    return null
  }
}
