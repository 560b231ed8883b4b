import type { ConnectionState } from '#rpc/connection-state.ts'
import { backoffMs } from './backoff.ts'
import type { PullOutcome } from './fetch-page.ts'

/** What the loop tells the state: what a pull brought, or that it could not be written. */
export type PullReport =
  | { kind: 'applied'; rows: number; more: boolean }
  | Exclude<PullOutcome, { kind: 'page' }>
  | { kind: 'not_written'; reason: string }

export type NextStep = {
  state: ConnectionState
  /** How long to wait before the next pull. */
  waitMs: number
}

/** While synced, the edge is asked this often. */
export const POLL_EVERY_MS = 2000
/** After an answer that brought nothing though more was promised: a faulty edge must not be hammered. */
const PAUSE_MS = 1000
/** What only a person can change is asked again slowly, so that the change is noticed. */
const RECHECK_EVERY_MS = 60_000

/** The connection's state after a report, and when to pull next. Pure: time and chance come in. */
export const nextStep = (
  previous: ConnectionState,
  report: PullReport,
  now: number,
  random: number,
): NextStep => {
  const lastSyncedAt = previous.lastSyncedAt
  const since = (name: ConnectionState['name']): number =>
    previous.name === name ? previous.since : now
  switch (report.kind) {
    case 'applied': {
      if (!report.more) {
        const synced = { name: 'synced', since: since('synced'), lastSyncedAt: now } as const
        return { state: synced, waitMs: POLL_EVERY_MS }
      }
      const pulled = (previous.name === 'catching_up' ? previous.pulled : 0) + report.rows
      const name = 'catching_up' as const
      const state = { name, since: since(name), lastSyncedAt, pulled }
      return { state, waitMs: report.rows > 0 ? 0 : PAUSE_MS }
    }
    case 'reset': {
      const name = 'catching_up' as const
      // Emptied, the replica was never synced with this store.
      const state = { name, since: since(name), lastSyncedAt: null, pulled: 0 }
      return { state, waitMs: PAUSE_MS }
    }
    case 'unreachable': {
      const attempt = previous.name === 'offline' ? previous.attempt + 1 : 1
      const waitMs = report.retryAfterMs ?? backoffMs(attempt, random)
      const state = {
        name: 'offline' as const,
        since: since('offline'),
        lastSyncedAt,
        reason: report.reason,
        attempt,
        retryAt: now + waitMs,
      }
      return { state, waitMs }
    }
    case 'refused':
    case 'incompatible': {
      const name = report.kind === 'refused' ? ('refused' as const) : ('update_needed' as const)
      const { reason, next } = report
      return {
        state: { name, since: since(name), lastSyncedAt, reason, next },
        waitMs: RECHECK_EVERY_MS,
      }
    }
    case 'not_written':
      return {
        state: {
          name: 'failed',
          since: since('failed'),
          lastSyncedAt,
          reason: report.reason,
          next: 'Check that the disk has room, then restart the console.',
        },
        waitMs: RECHECK_EVERY_MS,
      }
  }
}
