import type { Channel } from '#rpc/channel.ts'
import { createRpcServer, type RpcHandlers } from '#rpc/server.ts'
import { auditHandlers } from './audit/audit-handlers.ts'
import { announceChanges } from './changes.ts'
import { keyHandlers } from './keys/key-handlers.ts'
import { acquireDataLock } from './lock/data-lock.ts'
import { modelHandlers } from './models/model-handlers.ts'
import { peopleHandlers } from './people/people-handlers.ts'
import { fetchPage } from './pull/fetch-page.ts'
import { createPulling, replicaOwner } from './pull/pulling.ts'
import { getLead } from './queries/lead-detail.ts'
import { listLeads } from './queries/leads.ts'
import { getOverview } from './queries/overview.ts'
import { getStreamItem, listStream } from './queries/stream.ts'
import { listTimeline } from './queries/timeline.ts'
import { openReplica } from './replica/open.ts'
import { RAW_WINDOW, type RawWindow } from './replica/raw-window.ts'
import { sourceFingerprint } from './replica/state.ts'
import { EdgeOAuth } from './session/edge-oauth.ts'
import { LiveConnection } from './session/live.ts'
import { keyIdentity, Session } from './session/session.ts'
import { sessionHandlers } from './session/session-handlers.ts'
import { fileVault, type SessionVault } from './session/vault.ts'
import { ssoHandlers } from './sso/sso-handlers.ts'

export type BackendOptions = {
  /** Where replica and lock live; one running console per folder. */
  dataDir: string
  /** Origin of the edge, for example `https://edge.example.com`. */
  edgeUrl: string
  /** For automation; null where a person signs in. */
  secretKey: string | null
  /** Where a signed-in session outlives the process; a file of the data folder by default. */
  vault?: SessionVault
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
    const fetch_ = options.fetch ?? fetch
    const { edgeUrl, dataDir, secretKey } = options
    const session =
      secretKey === null
        ? new Session({
            edgeUrl,
            oauth: new EdgeOAuth(edgeUrl, fetch_, now),
            vault: options.vault ?? fileVault(dataDir),
            fetch: fetch_,
            now,
            onState: (state) => {
              rpc.publish('session', state)
              live?.want(state.name === 'signed_in')
              void pulling.become(owner())
            },
          })
        : null
    const live =
      session &&
      new LiveConnection({
        edgeUrl,
        proof: () => session.proof(),
        onAccess: (access) => void session.accessIs(access),
        onEnded: (code) => void session.refused(code),
        random: options.random ?? Math.random,
      })
    /** One person's view of one workspace; null while nobody is signed in who may have a copy of it. */
    const owner = (): string | null => {
      if (secretKey !== null) return sourceFingerprint(edgeUrl, secretKey)
      const who = session?.may('sync:read') ? session.owner : null
      return who ? sourceFingerprint(edgeUrl, `${who.workspaceId}\n${who.userId}`) : null
    }
    const opened = await openReplica({ dataDir, fingerprint: replicaOwner(owner()), now: now() })
    const { db, movedAside } = opened
    if (movedAside !== null) log(`The replica was unusable; moved to ${movedAside} and begun anew`)

    const source = {
      edgeUrl,
      identity: session ?? keyIdentity(secretKey ?? ''),
      fetch: fetch_,
    }
    const changes = announceChanges((areas) => rpc.publish('changed', { areas }))
    const pulling = createPulling({
      db,
      pull: (cursor, signal) => fetchPage(source, cursor, signal),
      window: options.window ?? RAW_WINDOW,
      now,
      random: options.random ?? Math.random,
      onState: (state) => rpc.publish('connection', state),
      onChanged: (areas) => changes.note(areas),
      log,
    })
    const may = (permission: string): boolean => session?.may(permission) ?? false
    const handlers: RpcHandlers = {
      ...sessionHandlers(session),
      ...modelHandlers(source),
      ...peopleHandlers(source, may),
      ...keyHandlers(source),
      ...ssoHandlers(source, may),
      ...auditHandlers(source, () => session?.owner?.workspaceId ?? 'workspace', now),
      'connection.get': async () => pulling.state(),
      'connection.retry': async () => {
        pulling.retryNow()
        return {}
      },
      'overview.get': () => getOverview(db, now(), pulling.state().lastSyncedAt),
      'stream.list': (input) => listStream(db, input),
      'stream.get': ({ id }) => getStreamItem(db, id),
      'leads.list': (input) => listLeads(db, input),
      'leads.get': ({ leadKey }) => getLead(db, leadKey),
      'leads.timeline': (input) => listTimeline(db, input),
    }
    const rpc = createRpcServer({
      handlers,
      acceptToken: options.acceptToken,
      onFailure: (method, error) => log(`${method} failed`, error),
    })
    await pulling.become(owner())
    live?.want(session?.state.name === 'signed_in')
    return {
      serve: (channel) => rpc.serve(channel),
      close: async () => {
        changes.stop()
        live?.want(false)
        session?.close()
        rpc.close()
        await pulling.stop()
        await db.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
