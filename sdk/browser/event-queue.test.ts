import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  EventQueue,
  MAX_EVENT_BYTES,
  MAX_EVENTS,
  MAX_QUEUE_BYTES,
  type QueuedEvent,
  TAB_TIMEOUT_MS,
} from './event-queue.ts'
import { memoryStore, webStore } from './storage.ts'

function setUp() {
  const store = memoryStore()
  const clock = { now: 1_000_000 }
  const open = (tab: string) => new EventQueue(store, 'ew_q:key:', tab, () => clock.now)
  return { store, clock, open }
}

const event = (messageId: string, more: Partial<QueuedEvent> = {}): QueuedEvent => ({
  type: 'track',
  messageId,
  timestamp: '2026-03-02T09:00:00.000Z',
  anonymousId: 'v1',
  ...more,
})

const ids = (events: QueuedEvent[]) => events.map(({ messageId }) => messageId)

/** Everything that is in the queue, batch by batch. */
function drain(queue: EventQueue): string[] {
  const drained: string[] = []
  for (let batch = queue.head(); batch.length > 0; batch = queue.head()) {
    drained.push(...ids(batch))
    queue.remove(batch)
  }
  return drained
}

describe('the queue', () => {
  test('gives events in order and keeps them until they are confirmed', () => {
    const { open } = setUp()
    const queue = open('tab')
    queue.push(event('a'))
    queue.push(event('b'))
    expect(ids(queue.head())).toEqual(['a', 'b'])
    expect(ids(queue.head())).toEqual(['a', 'b'])
    queue.remove(queue.head().slice(0, 1))
    expect(ids(open('tab').head())).toEqual(['b'])
  })

  test('sends nothing before the visitor is known', () => {
    const { open } = setUp()
    const queue = open('tab')
    queue.push(event('a', { anonymousId: undefined }))
    expect(queue.head()).toEqual([])
    queue.stamp('v7')
    expect(queue.head()).toEqual([event('a', { anonymousId: 'v7' })])
  })

  test('never gives an event another visitor than it had', () => {
    const { open } = setUp()
    const queue = open('tab')
    queue.push(event('a', { anonymousId: 'before' }))
    queue.push(event('b', { anonymousId: undefined }))
    queue.stamp('after')
    expect(queue.head().map(({ anonymousId }) => anonymousId)).toEqual(['before', 'after'])
  })

  test('refuses an event that the edge would refuse', () => {
    const { open } = setUp()
    const queue = open('tab')
    expect(queue.push(event('big', { properties: 'x'.repeat(MAX_EVENT_BYTES) }))).toBe(false)
    expect(queue.head()).toEqual([])
  })

  test('stays within its bounds, whatever is pushed, and the newest survive in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { maxLength: 150 }), (sizes) => {
        const { open, store } = setUp()
        const queue = open('tab')
        const pushed = sizes.map((size, i) => event(`m${i}`, { properties: 'é'.repeat(size / 2) }))
        for (const item of pushed) expect(queue.push(item)).toBe(true)
        const kept = drain(queue)
        expect(kept.length).toBeLessThanOrEqual(MAX_EVENTS)
        expect(kept).toEqual(ids(pushed).slice(pushed.length - kept.length))
        if (pushed.length > 0) expect(kept.length).toBeGreaterThan(0)
        const bytes = pushed
          .slice(pushed.length - kept.length)
          .reduce((sum, item) => sum + new TextEncoder().encode(JSON.stringify(item)).length, 0)
        expect(bytes).toBeLessThanOrEqual(MAX_QUEUE_BYTES)
        expect(store.keys()).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  test('survives a damaged store', () => {
    const { open, store } = setUp()
    store.set('ew_q:key:tab', '{"until":1,"eve')
    const queue = open('tab')
    expect(queue.head()).toEqual([])
    queue.push(event('a'))
    expect(ids(queue.head())).toEqual(['a'])
  })
})

describe('tabs', () => {
  test('leave each other alone while they live', () => {
    const { open } = setUp()
    const [one, two] = [open('one'), open('two')]
    one.push(event('a'))
    two.push(event('b'))
    two.adopt()
    expect(ids(two.head())).toEqual(['b'])
    expect(ids(one.head())).toEqual(['a'])
  })

  test('take over what a vanished tab left, ahead of their own', () => {
    const { open, clock } = setUp()
    const [gone, here] = [open('gone'), open('here')]
    gone.push(event('a'))
    clock.now += TAB_TIMEOUT_MS
    here.push(event('b'))
    here.adopt()
    expect(ids(here.head())).toEqual(['a', 'b'])
    expect(gone.head()).toEqual([])
  })

  test('do not take what another tab still waits to retry', () => {
    const { open, clock } = setUp()
    const [waiting, here] = [open('waiting'), open('here')]
    waiting.push(event('a'))
    waiting.keep(5 * TAB_TIMEOUT_MS)
    clock.now += 2 * TAB_TIMEOUT_MS
    here.adopt()
    expect(here.head()).toEqual([])
  })

  test('of another workspace keep theirs', () => {
    const { store, clock, open } = setUp()
    const other = new EventQueue(store, 'ew_q:other:', 'tab', () => clock.now)
    other.push(event('a'))
    clock.now += TAB_TIMEOUT_MS
    open('here').adopt()
    expect(ids(other.head())).toEqual(['a'])
  })
})

test('a browser without usable storage still queues in memory', () => {
  const store = webStore(() => {
    throw new Error('storage is blocked')
  })
  const queue = new EventQueue(store, 'ew_q:key:', 'tab', Date.now)
  queue.push(event('a'))
  expect(ids(queue.head())).toEqual(['a'])
})
