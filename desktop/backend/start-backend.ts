import type { Channel } from '#rpc/channel.ts'
import { createRpcServer, type RpcHandlers } from '#rpc/server.ts'
import { announceChanges } from './changes.ts'
import { acquireDataLock } from './lock/data-lock.ts'
import { changeModel, checkModel, getModels, rollBack, setGrades } from './models/models.ts'
import { fetchPage } from './pull/fetch-page.ts'
import { startPullLoop } from './pull/pull-loop.ts'
import { getLead } from './queries/lead-detail.ts'
import { listLeads } from './queries/leads.ts'
import { getOverview } from './queries/overview.ts'
import { getStreamItem, listStream } from './queries/stream.ts'
import { listTimeline } from './queries/timeline.ts'
import { openReplica } from './replica/open.ts'
import { RAW_WINDOW, type RawWindow } from './replica/raw-window.ts'
import { readLastSyncedAt, sourceFingerprint } from './replica/state.ts'

export type BackendOptions = {
  /** Where replica and lock live; one running console per folder. */
  dataDir: string
  /** Origin of the edge, for example `https://edge.example.com`. */
  edgeUrl: string
  secretKey: string
  /** Decides on the token of a connection's hello. */
  acceptToken: (token: string | null) => boolean
  log?: (message: string, error?: unknown) => void
  now?: () => number
  random?: () => number
  fetch?: typeof fetch
  window?: RawWindow
}

export type Backend = {
  /** Serves the contract to one renderer. */
  serve(channel: Channel): void
  /** Ends the sync, closes the replica and gives the folder free. */
  close(): Promise<void>
}

/**
 * The console's back end: takes the data folder, opens the replica, begins to pull, and answers the
 * renderer. It answers from the replica whether or not the edge can be reached.
 *
 * @throws ConsoleError when the folder is in use by another console or cannot be used.
 */
export const startBackend = async (options: BackendOptions): Promise<Backend> => {
  const now = options.now ?? Date.now
  const log = options.log ?? (() => {})
  const lock = await acquireDataLock(options.dataDir)
  try {
    const fingerprint = sourceFingerprint(options.edgeUrl, options.secretKey)
    const opened = await openReplica({ dataDir: options.dataDir, fingerprint, now: now() })
    const { db, movedAside } = opened
    if (movedAside !== null) log(`The replica was unusable; moved to ${movedAside} and begun anew`)

    const source = {
      edgeUrl: options.edgeUrl,
      secretKey: options.secretKey,
      fetch: options.fetch ?? fetch,
    }
    const changes = announceChanges((areas) => rpc.publish('changed', { areas }))
    const loop = startPullLoop({
      db,
      pull: (cursor, signal) => fetchPage(source, cursor, signal),
      window: options.window ?? RAW_WINDOW,
      now,
      random: options.random ?? Math.random,
      lastSyncedAt: await readLastSyncedAt(db),
      onState: (state) => rpc.publish('connection', state),
      onChanged: (areas) => changes.note(areas),
      log,
    })
    const handlers: RpcHandlers = {
      'connection.get': async () => loop.state(),
      'connection.retry': async () => {
        loop.retryNow()
        return {}
      },
      'overview.get': () => getOverview(db, now(), loop.state().lastSyncedAt),
      'stream.list': (input) => listStream(db, input),
      'stream.get': ({ id }) => getStreamItem(db, id),
      'leads.list': (input) => listLeads(db, input),
      'leads.get': ({ leadKey }) => getLead(db, leadKey),
      'leads.timeline': (input) => listTimeline(db, input),
      'models.get': () => getModels(source),
      'models.check': ({ version }) => checkModel(source, version),
      'models.change': async ({ version, change }) => {
        await changeModel(source, version, change)
        return {}
      },
      'models.grade': async ({ grades }) => {
        await setGrades(source, grades)
        return {}
      },
      'models.rollBack': async ({ reason }) => {
        await rollBack(source, reason)
        return {}
      },
    }
    const rpc = createRpcServer({
      handlers,
      acceptToken: options.acceptToken,
      onFailure: (method, error) => log(`${method} failed`, error),
    })
    return {
      serve: (channel) => rpc.serve(channel),
      close: async () => {
        changes.stop()
        rpc.close()
        await loop.stop()
        await db.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
