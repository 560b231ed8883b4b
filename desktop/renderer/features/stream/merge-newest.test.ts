import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StreamItem } from '#rpc/stream.ts'
import { type HeldStream, MOST_LINES, mergeNewest } from './merge-newest.ts'

const line = (seq: number): StreamItem => ({
  id: `event-${seq}`,
  verdict: 'accepted',
  reason: null,
  detail: null,
  messageId: `m${seq}`,
  type: 'page',
  name: null,
  visitorId: null,
  receivedAt: seq,
  channel: null,
  country: null,
  path: null,
  title: null,
  leadKey: null,
  leadName: null,
})

/** The lines from `newest` down to `oldest`, with the cursor that the back end would give. */
const lines = (newest: number, oldest: number): HeldStream => ({
  items: Array.from({ length: newest - oldest + 1 }, (_, i) => line(newest - i)),
  next: oldest > 1 ? `before-${oldest}` : null,
})

const seqs = (held: HeldStream) => held.items.map((item) => item.receivedAt)

describe('the newest page laid over the lines held', () => {
  test('adds what is new on top and keeps the older ones with their cursor', () => {
    const merged = mergeNewest(lines(50, 20), lines(60, 45))
    expect(seqs(merged)).toEqual(seqs(lines(60, 20)))
    expect(merged.next).toBe('before-20')
    expect(merged.added).toBe(10)
  })

  test('begins anew where a hole would be', () => {
    const merged = mergeNewest(lines(50, 20), lines(200, 101))
    expect(seqs(merged)).toEqual(seqs(lines(200, 101)))
    expect(merged.next).toBe('before-101')
  })

  test('takes over what the lines say now', () => {
    const newest = lines(50, 40)
    const named = newest.items.map((item) => ({ ...item, leadName: 'Demo Person' }))
    const merged = mergeNewest(lines(50, 20), { ...newest, items: named })
    expect(merged.items[0]?.leadName).toBe('Demo Person')
    expect(merged.added).toBe(0)
  })

  test('lets go of lines when there are too many', () => {
    const merged = mergeNewest(
      lines(MOST_LINES + 500, 501),
      lines(MOST_LINES + 550, MOST_LINES + 451),
    )
    expect(merged.items.length).toBeLessThanOrEqual(MOST_LINES)
    expect(merged.next).toBe(`before-${MOST_LINES + 451}`)
  })

  test('never shows a line twice, out of order or with a hole', () => {
    const span = fc.integer({ min: 1, max: 300 })
    fc.assert(
      fc.property(span, span, span, (heldNewest, heldLength, grown) => {
        const held = lines(heldNewest, Math.max(1, heldNewest - heldLength))
        const newestSeq = heldNewest + grown - 1
        const newest = lines(newestSeq, Math.max(1, newestSeq - 99))
        const merged = mergeNewest(held, newest)
        const got = seqs(merged)
        const lowest = got.at(-1) ?? 0
        expect(got).toEqual(seqs(lines(newestSeq, lowest)))
        expect(merged.next).toBe(lowest > 1 ? `before-${lowest}` : null)
      }),
    )
  })
})
