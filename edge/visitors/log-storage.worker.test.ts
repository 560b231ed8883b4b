import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { LedgerEntries } from './ledger.ts'
import { LogStorage, RETENTION_MS } from './log-storage.ts'
import type { VisitorLog } from './visitor-log.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const DAY_MS = 86_400_000

declare global {
  namespace Cloudflare {
    interface Env {
      VISITOR_LOG: DurableObjectNamespace<VisitorLog>
    }
  }
}

let objects = 0

/** In a real object's storage; each test has its own. */
function inStorage<T>(work: (log: LogStorage, state: DurableObjectState) => T): Promise<T> {
  const stub = env.VISITOR_LOG.getByName(`logtest:local:${objects++}`)
  return runInDurableObject(stub, (_, state) => work(new LogStorage(state.storage.sql), state))
}

function append(log: LogStorage, rows: number, at = NOW): void {
  for (let i = 0; i < rows; i++) {
    log.append([{ kind: 'event', receivedAt: at, body: `{"messageId":"m${i}","type":"track"}` }])
  }
}

function stored(rows: number, at = NOW): LedgerEntries {
  const entries = new LedgerEntries()
  entries.add('stored', at, rows)
  return entries
}

const seqs = (log: LogStorage) => log.read(1, 10_000, 1_000_000).map((row) => row.seq)

describe('the log of an object', () => {
  test('a messageId is claimed once', () =>
    inStorage((log) => {
      expect(log.claim([{ messageId: 'm1', at: NOW }])[0]).toBe(true)
      expect(log.claim([{ messageId: 'm1', at: NOW }])[0]).toBe(false)
      expect(log.claim([{ messageId: 'ü"\\', at: NOW }])[0]).toBe(true)
      expect(log.claim([{ messageId: 'ü"\\', at: NOW }])[0]).toBe(false)
    }))

  test('of many claimed at once only the new and the first of each count, over any number of rows', () =>
    inStorage((log) => {
      const ids = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, i) => ({ messageId: `m${from + i}`, at: NOW }))
      expect(log.claim([])).toEqual([])
      expect(log.claim(ids(0, 120)).every(Boolean)).toBe(true)
      const again = log.claim([...ids(110, 260), ...ids(250, 255)])
      expect(again).toEqual([
        ...Array(10).fill(false),
        ...Array(140).fill(true),
        ...Array(5).fill(false),
      ])
    }))

  test('a messageId is forgotten after its horizon, and not before', () =>
    inStorage((log) => {
      log.claim([
        { messageId: 'old', at: NOW - 8 * DAY_MS },
        { messageId: 'young', at: NOW - 6 * DAY_MS },
      ])
      log.purge(NOW)
      expect(log.claim([{ messageId: 'young', at: NOW }])[0]).toBe(false)
      expect(log.claim([{ messageId: 'old', at: NOW }])[0]).toBe(true)
    }))

  test('a taken id is known after a restart, settled or not, and after its row has left the log', () =>
    inStorage((log, state) => {
      const claim = (opened: LogStorage, messageId: string) =>
        opened.claim([{ messageId, at: NOW }])[0]
      const take = (messageId: string) => {
        expect(claim(log, messageId)).toBe(true)
        const body = `{"messageId":"${messageId}","type":"track"}`
        log.append([{ kind: 'event', receivedAt: NOW, body }])
      }
      const reopened = () => new LogStorage(state.storage.sql)
      take('m1')
      expect(claim(reopened(), 'm1')).toBe(false)
      log.settleSeen()
      take('m2')
      expect(claim(reopened(), 'm1')).toBe(false)
      expect(claim(reopened(), 'm2')).toBe(false)
      log.markApplied(log.freeze(1, 2), NOW, stored(2))
      log.purge(NOW + RETENTION_MS + 1)
      expect(seqs(log)).toEqual([])
      for (const id of ['m1', 'm2']) expect(claim(reopened(), id)).toBe(false)
      expect(claim(reopened(), 'm3')).toBe(true)
    }))

  test('an id whose transaction failed is free again', () =>
    inStorage((log, state) => {
      expect(() =>
        state.storage.transactionSync(() => {
          log.claim([{ messageId: 'm1', at: NOW }])
          log.append([
            { kind: 'event', receivedAt: NOW, body: '{"messageId":"m1","type":"track"}' },
          ])
          throw new Error('The disk is full.')
        }),
      ).toThrow('The disk is full.')
      log.forgetUncommitted()
      expect(log.claim([{ messageId: 'm1', at: NOW }])).toEqual([true])
    }))

  test('ids are due to be settled by number, and settling any number of times changes nothing', () =>
    inStorage((log) => {
      const ids = Array.from({ length: 20_000 }, (_, i) => ({ messageId: `m${i}`, at: NOW }))
      log.claim(ids.slice(1))
      expect(log.isSeenDue).toBe(false)
      log.claim(ids)
      expect(log.isSeenDue).toBe(true)
      log.settleSeen()
      log.settleSeen()
      expect(log.isSeenDue).toBe(false)
      expect(log.claim(ids).some(Boolean)).toBe(false)
    }))

  test('the halves of a split batch go before what came after it, in the order of the log', () =>
    inStorage((log) => {
      append(log, 8)
      const whole = log.freeze(1, 8)
      log.markVoid(whole)
      log.splitFrozen(whole, 5)
      const first = log.nextFrozen()
      if (!first) throw new Error('Nothing is frozen.')
      log.markVoid(first)
      log.splitFrozen(first, 3)
      const order: [number, number][] = []
      for (let batch = log.nextFrozen(); batch; batch = log.nextFrozen()) {
        order.push([batch.firstSeq, batch.lastSeq])
        log.markApplied(batch, NOW, new LedgerEntries())
      }
      expect(order).toEqual([
        [1, 2],
        [3, 4],
        [5, 8],
      ])
      expect(log.backlog()).toBe(0)
    }))

  test('drained rows stay for the retention time, also where a batch was split', () =>
    inStorage((log) => {
      append(log, 4)
      const whole = log.freeze(1, 4)
      log.markVoid(whole)
      log.splitFrozen(whole, 3)
      for (let batch = log.nextFrozen(); batch; batch = log.nextFrozen()) {
        log.markApplied(batch, NOW, new LedgerEntries())
      }
      log.purge(NOW + RETENTION_MS - 1)
      expect(seqs(log)).toEqual([1, 2, 3, 4])
      log.purge(NOW + RETENTION_MS + 1)
      expect(seqs(log)).toEqual([])
    }))

  test('rows that wait for the store are kept however old they are', () =>
    inStorage((log) => {
      append(log, 6)
      log.markApplied(log.freeze(1, 2), NOW, new LedgerEntries())
      log.freeze(3, 4)
      log.purge(NOW + 2 * RETENTION_MS)
      expect(seqs(log)).toEqual([3, 4, 5, 6])
      expect(log.backlog()).toBe(4)
    }))

  test('numbers of rows and batches are never given out again, whatever was purged', () =>
    inStorage((log, state) => {
      append(log, 8)
      const whole = log.freeze(1, 8)
      log.markVoid(whole)
      log.splitFrozen(whole, 5)
      const first = log.nextFrozen()
      if (!first) throw new Error('Nothing is frozen.')
      log.markVoid(first)
      // The last batch made is now not the one with the last rows.
      log.splitFrozen(first, 3)
      let lastBatch = 0
      for (let batch = log.nextFrozen(); batch; batch = log.nextFrozen()) {
        log.markApplied(batch, NOW, new LedgerEntries())
        lastBatch = Math.max(lastBatch, batch.seq)
      }
      log.purge(NOW + 2 * RETENTION_MS)
      expect(seqs(log)).toEqual([])
      expect(log.backlog()).toBe(0)
      const reopened = new LogStorage(state.storage.sql)
      append(reopened, 1)
      expect(reopened.lastSeq()).toBe(9)
      expect(reopened.backlog()).toBe(1)
      expect(reopened.freeze(9, 9).seq).toBe(lastBatch + 1)
    }))

  test('a transaction that fails leaves no gap that would count as backlog', () =>
    inStorage((log, state) => {
      append(log, 2)
      log.freeze(1, 2)
      expect(() =>
        state.storage.transactionSync(() => {
          append(log, 3)
          throw new Error('the disk is full')
        }),
      ).toThrow('the disk is full')
      log.forgetUncommitted()
      expect(log.lastSeq()).toBe(2)
      expect(log.backlog()).toBe(2)
    }))

  test('a batch taken back is pending again, and the books balance before and after', () =>
    inStorage((log) => {
      const received = new LedgerEntries()
      received.add('received', NOW, 5)
      received.writeTo(log.sql)
      append(log, 5)
      const balance = () => {
        const [hour] = log.ledger(0)
        return [hour?.received, hour?.stored, hour?.pending]
      }
      expect(balance()).toEqual([5, 0, 5])
      const batch = log.freeze(1, 3)
      log.markApplied(batch, NOW, stored(3))
      expect(balance()).toEqual([5, 3, 2])
      log.unapply(batch)
      expect(balance()).toEqual([5, 0, 5])
      expect(log.nextFrozen()).toEqual(batch)
      log.markApplied(batch, NOW, stored(3))
      expect(balance()).toEqual([5, 3, 2])
    }))

  test('after a restore only batches that the log still holds are sent again', () =>
    inStorage((log) => {
      append(log, 2, NOW - 4 * DAY_MS)
      log.markApplied(log.freeze(1, 2), NOW - 4 * DAY_MS, stored(2))
      append(log, 2)
      const young = log.freeze(3, 4)
      log.markApplied(young, NOW, stored(2))
      expect(log.appliedBatches()).toHaveLength(2)
      log.purge(NOW)
      expect(log.appliedBatches()).toEqual([young])
    }))
})
