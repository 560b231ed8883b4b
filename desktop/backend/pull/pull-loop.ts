import type { PGlite } from '@electric-sql/pglite'
import type { ConnectionState } from '#rpc/connection-state.ts'
import { applyPage, type ChangedArea, rowsOf } from '../replica/apply-page.ts'
import {
  type MaintenanceLoad,
  maintenanceDue,
  pruneRawWindow,
  type RawWindow,
  vacuumReplica,
} from '../replica/raw-window.ts'
import { noteSynced, type ReplicaCursor, readCursor, resetReplica } from '../replica/state.ts'
import type { PullOutcome } from './fetch-page.ts'
import { nextStep, type PullReport } from './next-state.ts'

export type PullLoopDeps = {
  db: PGlite
  pull: (cursor: ReplicaCursor, signal: AbortSignal) => Promise<PullOutcome>
  window: RawWindow
  now: () => number
  random: () => number
  lastSyncedAt: number | null
  onState: (state: ConnectionState) => void
  onChanged: (areas: ChangedArea[]) => void
  log: (message: string, error?: unknown) => void
}

export type PullLoop = {
  state(): ConnectionState
  /** Pull now instead of when the wait is over. */
  retryNow(): void
  /** Resolves when no pull and no write is under way any more. */
  stop(): Promise<void>
}

/** How often the time of the last sync is written down; each write leaves a dead row behind. */
const NOTE_SYNCED_EVERY_MS = 30_000

/** Pulls for as long as it runs: at once while more is waiting, by poll when synced, else by back-off. */
export const startPullLoop = (deps: PullLoopDeps): PullLoop => {
  const stopping = new AbortController()
  let wake: () => void = () => {}
  let state: ConnectionState = {
    name: 'connecting',
    since: deps.now(),
    lastSyncedAt: deps.lastSyncedAt,
  }
  let notedAt = 0
  /** The cursor this run wrote last, as text. */
  let cursorWritten: string | null = null
  const load: MaintenanceLoad = {
    rowsSinceVacuum: 0,
    rowsSincePrune: 0,
    lastPruneAt: deps.now(),
    mustVacuum: false,
  }

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      // Stopped between an answer and this wait: nothing would end it early any more.
      if (stopping.signal.aborted) return resolve()
      const timer = setTimeout(done, ms)
      function done(): void {
        clearTimeout(timer)
        stopping.signal.removeEventListener('abort', done)
        resolve()
      }
      wake = done
      stopping.signal.addEventListener('abort', done)
    })

  const write = async (outcome: PullOutcome): Promise<PullReport> => {
    if (outcome.kind === 'reset') {
      deps.log(`The replica is emptied and pulled again: ${outcome.reason}`)
      await resetReplica(deps.db, outcome.epoch)
      cursorWritten = null
      deps.onChanged(['stream', 'leads', 'slots'])
      return outcome
    }
    if (outcome.kind !== 'page') return outcome
    const { page } = outcome
    const cursor = JSON.stringify([page.epoch, page.edit, page.facts])
    // A poll that brings nothing writes nothing: each write would leave a dead row behind.
    if (cursor === cursorWritten && rowsOf(page) === 0) {
      return { kind: 'applied', rows: 0, more: page.more }
    }
    const applied = await applyPage(deps.db, page, { window: deps.window, now: deps.now() })
    cursorWritten = cursor
    load.rowsSinceVacuum += applied.rows
    load.rowsSincePrune += applied.rows
    // What was erased is still on the disk until its room is given back.
    if (page.erasures.length > 0) load.mustVacuum = true
    if (applied.areas.length > 0) deps.onChanged(applied.areas)
    return { kind: 'applied', rows: applied.rows, more: page.more }
  }

  const pullOnce = async (): Promise<PullReport> => {
    const outcome = await deps.pull(await readCursor(deps.db), stopping.signal)
    try {
      return await write(outcome)
    } catch (error) {
      deps.log('A pulled page could not be written', error)
      return { kind: 'not_written', reason: 'New data cannot be written to this computer.' }
    }
  }

  const noteSyncedNow = async (everyMs: number): Promise<void> => {
    if (state.name !== 'synced' || state.lastSyncedAt - notedAt < everyMs) return
    notedAt = state.lastSyncedAt
    await noteSynced(deps.db, state.lastSyncedAt)
  }

  const maintain = async (): Promise<void> => {
    const due = maintenanceDue(load, deps.now())
    if (due.prune) {
      load.rowsSinceVacuum += await pruneRawWindow(deps.db, deps.window, deps.now())
      load.rowsSincePrune = 0
      load.lastPruneAt = deps.now()
    }
    if (due.vacuum) {
      await vacuumReplica(deps.db)
      load.rowsSinceVacuum = 0
      load.mustVacuum = false
    }
  }

  const advance = (report: PullReport): number => {
    const step = nextStep(state, report, deps.now(), deps.random())
    state = step.state
    deps.onState(state)
    return step.waitMs
  }

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let waitMs: number
      try {
        waitMs = advance(await pullOnce())
        await noteSyncedNow(NOTE_SYNCED_EVERY_MS)
        await maintain()
      } catch (error) {
        if (stopping.signal.aborted) break
        deps.log('The sync met an error', error)
        waitMs = advance({
          kind: 'not_written',
          reason: 'The data on this computer cannot be read.',
        })
      }
      await wait(waitMs)
    }
    await noteSyncedNow(1)
  }
  const running = run()

  return {
    state: () => state,
    retryNow: () => wake(),
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
