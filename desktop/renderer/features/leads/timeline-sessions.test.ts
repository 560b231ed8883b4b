import { describe, expect, test } from 'vitest'
import type { TimelineItem } from '#rpc/leads.ts'
import { timelineSessions } from './timeline-sessions.ts'

const event = (occurredAt: number, visitorId: string, startsSession = false): TimelineItem => ({
  id: `event-${occurredAt}`,
  type: 'page',
  name: null,
  title: null,
  path: null,
  visitorId,
  occurredAt,
  channel: 'Direct',
  bot: false,
  startsSession,
})

const shape = (items: TimelineItem[]) =>
  timelineSessions(items).map((s) => [s.startedAt, s.complete, s.items.map((i) => i.occurredAt)])

describe('the timeline in sessions', () => {
  test('ends a session at the event that began it', () => {
    const items = [event(9, 'a'), event(8, 'a', true), event(4, 'a'), event(3, 'a', true)]
    expect(shape(items)).toEqual([
      [8, true, [9, 8]],
      [3, true, [4, 3]],
    ])
  })

  test('keeps two devices apart that are busy at once', () => {
    const items = [event(9, 'a'), event(8, 'b'), event(7, 'a', true), event(6, 'b', true)]
    expect(shape(items)).toEqual([
      [7, true, [9, 7]],
      [6, true, [8, 6]],
    ])
  })

  test('does not call a session complete whose beginning is on the next page', () => {
    expect(shape([event(9, 'a'), event(8, 'a')])).toEqual([[8, false, [9, 8]]])
  })
})
