import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConnectionState } from '#rpc/connection-state.ts'
import { T0 } from '../testing/builders.ts'
import { backoffMs } from './backoff.ts'
import { judgeAnswer } from './fetch-page.ts'
import { nextStep, POLL_EVERY_MS, type PullReport } from './next-state.ts'

const connecting: ConnectionState = { name: 'connecting', since: T0, lastSyncedAt: null }
const synced: ConnectionState = { name: 'synced', since: T0, lastSyncedAt: T0 }
const unreachable: PullReport = {
  kind: 'unreachable',
  reason: 'The edge cannot be reached.',
  retryAfterMs: null,
}

const stepAfter = (previous: ConnectionState, report: PullReport, now = T0 + 1000) =>
  nextStep(previous, report, now, 1)

describe('the connection state', () => {
  test('is synced once nothing more is waiting, and stays so since then', () => {
    const first = stepAfter(connecting, { kind: 'applied', rows: 5, more: false })
    expect(first.state).toEqual({ name: 'synced', since: T0 + 1000, lastSyncedAt: T0 + 1000 })
    expect(first.waitMs).toBe(POLL_EVERY_MS)
    const second = stepAfter(first.state, { kind: 'applied', rows: 0, more: false }, T0 + 3000)
    expect(second.state).toEqual({ name: 'synced', since: T0 + 1000, lastSyncedAt: T0 + 3000 })
  })

  test('counts what it catches up with and pulls on at once', () => {
    const first = stepAfter(synced, { kind: 'applied', rows: 1000, more: true })
    const second = stepAfter(first.state, { kind: 'applied', rows: 500, more: true })
    expect(second).toMatchObject({ state: { name: 'catching_up', pulled: 1500 }, waitMs: 0 })
  })

  test('does not hammer an edge that promises more and brings nothing', () => {
    expect(stepAfter(synced, { kind: 'applied', rows: 0, more: true }).waitMs).toBeGreaterThan(0)
    expect(stepAfter(synced, { kind: 'reset', epoch: 'e', reason: 'r' }).waitMs).toBeGreaterThan(0)
  })

  test('offline remembers when the data is from and counts the attempts', () => {
    const first = stepAfter(synced, unreachable)
    const second = stepAfter(first.state, unreachable, T0 + 5000)
    expect(second.state).toMatchObject({
      name: 'offline',
      since: T0 + 1000,
      lastSyncedAt: T0,
      attempt: 2,
      retryAt: T0 + 5000 + second.waitMs,
    })
  })

  test('waits as long as the edge asks', () => {
    expect(stepAfter(synced, { ...unreachable, retryAfterMs: 7000 }).waitMs).toBe(7000)
  })

  test('after a reset no data counts as synced', () => {
    const reset = stepAfter(synced, { kind: 'reset', epoch: 'e', reason: 'restored' })
    expect(reset.state).toMatchObject({ name: 'catching_up', lastSyncedAt: null, pulled: 0 })
  })

  test('a refused key and another version are told apart, with a next step', () => {
    const body = { reason: 'No.', next: 'Do this.' }
    expect(stepAfter(synced, { kind: 'refused', ...body }).state).toMatchObject({
      name: 'refused',
      ...body,
    })
    expect(stepAfter(synced, { kind: 'incompatible', ...body }).state).toMatchObject({
      name: 'update_needed',
      ...body,
    })
  })
})

test('back-off grows to its limit and is never more than that nor less than half', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, random) => {
        const wait = backoffMs(attempt, random)
        const step = Math.min(30_000, 1000 * 2 ** (Math.min(attempt, 20) - 1))
        expect(wait).toBeGreaterThanOrEqual(Math.floor(step / 2))
        expect(wait).toBeLessThanOrEqual(step)
      },
    ),
  )
})

describe('what an answer means', () => {
  test.each([
    [401, 'refused'],
    [403, 'refused'],
    [426, 'incompatible'],
    [404, 'unreachable'],
    [429, 'unreachable'],
    [500, 'unreachable'],
    [503, 'unreachable'],
  ])('%i is %s', (status, kind) => {
    expect(judgeAnswer(status, null, undefined).kind).toBe(kind)
  })

  test('a page of a proxy in the way is an edge that cannot be reached', () => {
    expect(judgeAnswer(200, null, undefined).kind).toBe('unreachable')
  })

  test('data of another shape means that somebody must update', () => {
    expect(judgeAnswer(200, null, { kind: 'page', protocol: 2 }).kind).toBe('incompatible')
  })

  test('the words of the edge are passed on', () => {
    const problem = { title: 'Unavailable', detail: 'The store is down.' }
    expect(judgeAnswer(503, '3', problem)).toEqual({
      kind: 'unreachable',
      reason: 'The store is down.',
      retryAfterMs: 3000,
    })
  })

  test.each([
    ['abc', null],
    ['-1', null],
    ['99999999', 600_000],
  ])('Retry-After %s is %s', (header, expected) => {
    expect(judgeAnswer(503, header, undefined)).toMatchObject({ retryAfterMs: expected })
  })
})
