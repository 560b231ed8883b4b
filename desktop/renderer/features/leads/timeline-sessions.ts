import type { TimelineItem } from '#rpc/leads.ts'

export type TimelineSession = {
  /** The id of its newest event. */
  key: string
  startedAt: number
  /** False where older events of it are on a page that has not been fetched. */
  complete: boolean
  channel: string
  items: TimelineItem[]
}

/**
 * The events in sessions, newest session first. Sessions of two devices at once are kept apart; an
 * event belongs to the session of its device that it follows.
 */
export const timelineSessions = (items: readonly TimelineItem[]): TimelineSession[] => {
  const sessions: TimelineSession[] = []
  const open = new Map<string, TimelineSession>()
  for (const item of items) {
    let session = open.get(item.visitorId)
    if (session === undefined) {
      session = {
        key: item.id,
        startedAt: item.occurredAt,
        complete: false,
        channel: item.channel,
        items: [],
      }
      sessions.push(session)
      open.set(item.visitorId, session)
    }
    session.items.push(item)
    session.startedAt = item.occurredAt
    session.channel = item.channel
    if (item.startsSession) {
      session.complete = true
      open.delete(item.visitorId)
    }
  }
  return sessions
}
