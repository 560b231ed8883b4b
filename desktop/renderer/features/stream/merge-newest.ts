import type { StreamItem } from '#rpc/stream.ts'

/** Lines kept in the page; more are fetched again when somebody scrolls there. */
export const MOST_LINES = 2000

export type HeldStream = {
  items: StreamItem[]
  /** Cursor to what comes after the last line; null where nothing does. */
  next: string | null
}

/**
 * The newest page laid over the lines held. Where the two touch, the older lines stay; where more
 * came in between than one page holds, there would be a hole, so the page begins anew.
 */
export const mergeNewest = (
  held: HeldStream,
  newest: HeldStream,
): HeldStream & { added: number } => {
  const heldIds = new Set(held.items.map((item) => item.id))
  const fresh = newest.items.filter((item) => !heldIds.has(item.id))
  const touches = fresh.length < newest.items.length || newest.next === null
  if (!touches || held.items.length === 0) return { ...newest, added: newest.items.length }
  const newestIds = new Set(newest.items.map((item) => item.id))
  const older = held.items.filter((item) => !newestIds.has(item.id))
  const lastNewest = newest.items.at(-1)
  // Rows that the back end no longer has between the two are dropped with the newest page's span.
  const kept = lastNewest === undefined ? [] : older.filter((item) => isOlder(item, lastNewest))
  const items = [...newest.items, ...kept]
  if (items.length <= MOST_LINES) {
    return { items, next: kept.length > 0 ? held.next : newest.next, added: fresh.length }
  }
  return { items: newest.items, next: newest.next, added: fresh.length }
}

const isOlder = (item: StreamItem, than: StreamItem): boolean => item.receivedAt <= than.receivedAt
