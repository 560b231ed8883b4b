import { DurableObject } from 'cloudflare:workers'
import { type AuditOrigin, notedChange } from '#shared/audit/entry.ts'
import type { LinkKind } from '#shared/identity/link.ts'
import { linkUndoRecord } from '../audit/link-values.ts'
import { pendingAuditStatement } from '../audit/pending.ts'
import type { Env } from '../env.ts'
import { tombstoneKey } from '../erasure/control-tombstones.ts'
import { dropLateStatements } from '../erasure/erasure-statements.ts'
import type { ErasureSubject } from '../erasure/subject.ts'
import { type ErasureReceipt, WorkspaceErasures } from '../erasure/workspace-erasures.ts'
import type { StoreClient } from '../store/client.ts'
import { classifyWriteFailure } from '../store/outcome.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { controlStore, directoryOf } from '../tenancy/directory-of.ts'
import type { Workspace } from '../tenancy/workspace.ts'
import { visitorLogName } from '../visitors/routing.ts'
import { deliverRefreshes } from './deliver-refreshes.ts'
import { NEXT_JOB_DUE_IN_MS } from './profile-refresh.ts'
import { movedVisitorIds, type ProjectorCursor, planBatch, planIdentity } from './project-batch.ts'
import { projectedEvents, READ_EVENTS } from './projected-event.ts'
import { CURSOR_GUARD } from './projection-statements.ts'
import { REBUILD_STATEMENTS } from './rebuild.ts'
import { ZoneDays } from './rollups.ts'
import { VisitorCache } from './visitor-cache.ts'

/** The larger the batch, the fewer times a visitor's row is written; an answer must stay under 10 MB. */
const PROJECT_BATCH_EVENTS = 8_000
/** A version should not grow past what a console can pull at once. */
const PROJECT_BATCH_SCORES = 2_000
/** Events gather this long before they are folded: short against "seconds", long enough for a batch. */
const PROJECT_DELAY_MS = 200
const ALARM_BUDGET_MS = 20_000
const RETRY_MS = 2_000

/** One read with the events themselves: a cursor from memory would miss that the store was restored. */
const READ_HEAD = `
SELECT c.ingest_seq, c.score_seq, c.version, m.epoch, m.replayed_epoch,
  (SELECT coalesce(max(score_seq), 0) FROM scores) AS scores_up_to,
  (SELECT max(erased_at) FROM tombstones) AS erased_up_to,
  ${NEXT_JOB_DUE_IN_MS} AS job_due_in_ms
FROM projector_cursor c, store_meta m`

interface Head {
  epoch: string
  cursor: ProjectorCursor
  scoresUpTo: number
  /** Every erasure that the control database knows has been carried out in this store. */
  isReplayed: boolean
  /** When somebody was last erased (Unix milliseconds); null for never. */
  erasedUpTo: number | null
  /** Until the next waiting job is due, negative when it is; null when none waits. */
  jobDueInMs: number | null
}

type Next =
  | { kind: 'idle' }
  | { kind: 'more'; inMs: number }
  /** All is folded; a job that could not be delivered waits for its next attempt. */
  | { kind: 'job_waiting'; inMs: number }

/**
 * Folds one workspace's events, in the order of `ingest_seq`, into everything derived. It keeps nothing
 * durable of its own: the cursor lives in the store and moves only together with its output, so each
 * event counts exactly once. See docs/projection.md.
 */
export class Projector extends DurableObject<Env> {
  readonly #cache = new VisitorCache()
  /** The state of the store that the cache belongs to; null while a write's outcome is unknown. */
  #cachedAt: string | null = null
  #running: Promise<void> = Promise.resolve()
  #alarmSet = false

  /** New events may be waiting. */
  async poke(): Promise<void> {
    if (this.#alarmSet) return
    this.#alarmSet = true
    await this.ctx.storage.setAlarm(Date.now() + PROJECT_DELAY_MS)
  }

  override async alarm(): Promise<void> {
    this.#alarmSet = false
    const next = await this.#exclusively(() => this.#catchUp())
    if (next.kind === 'idle' || this.#alarmSet) return
    // New events must not wait for a refresh: a poke may still bring that alarm forward.
    this.#alarmSet = next.kind === 'more'
    await this.ctx.storage.setAlarm(Date.now() + next.inMs)
  }

  /** Takes back one statement about identity, or restores it; the persons around it are resolved anew. */
  async setLinkUndone(
    linkId: string,
    undone: boolean,
    reason: string,
    origin: AuditOrigin,
  ): Promise<'done' | 'no_such_link'> {
    return this.#exclusively(async () => {
      const { workspace, store, days } = await this.#workspace()
      const found = await store.execute({
        sql: 'SELECT kind, node, other FROM identity_links WHERE link_id = ?',
        args: [linkId],
      })
      const row = found.rows[0]
      if (!row) return 'no_such_link'
      const { kind, node, other } = row
      const link = { kind: kind as LinkKind, node: String(node), other: String(other) }
      const head = this.#take((await store.execute(READ_HEAD)).rows[0])
      const change = undone ? { add: linkId } : { remove: linkId }
      const plan = await planIdentity(store, link, head.cursor, days, change)
      const statement = undone
        ? {
            sql: 'INSERT OR IGNORE INTO identity_undos (link_id, undone_at, reason) VALUES (?, ?, ?)',
            args: [linkId, Date.now(), reason],
          }
        : { sql: 'DELETE FROM identity_undos WHERE link_id = ?', args: [linkId] }
      const key = await tombstoneKey(controlStore(this.env), workspace.id)
      const record = linkUndoRecord(origin, linkId, undone, reason, key, Date.now())
      try {
        await store.batch([statement, ...plan.statements, record], 'write')
      } finally {
        // Whatever the answer, the refreshes may be there.
        if (plan.refreshes.length > 0) await this.poke()
      }
      this.#takeAudit(workspace.id)
      this.#cache.forget(movedVisitorIds(plan.moved))
      this.#cachedAt = stateOf(head.epoch, plan.next)
      return 'done'
    })
  }

  /**
   * Erases a person: what is stored goes at once, the visitors' objects and the replicas follow.
   *
   * @throws when a database cannot be asked; asking again is harmless
   */
  async erase(subject: ErasureSubject, origin: AuditOrigin): Promise<ErasureReceipt> {
    return this.#exclusively(async () => {
      const { workspace, store, days } = await this.#workspace()
      const head = this.#take((await store.execute(READ_HEAD)).rows[0])
      try {
        const erasures = this.#erasures(workspace, store)
        return await erasures.erase(subject, head.cursor, days, origin, Date.now())
      } finally {
        // Whatever the answer, the jobs may be there.
        this.#cache.clear()
        await this.poke()
        this.#takeAudit(workspace.id)
      }
    })
  }

  /** Everything derived goes and is folded again from the events; consoles start anew meanwhile. */
  async rebuild(origin: AuditOrigin): Promise<void> {
    return this.#exclusively(async () => {
      const { workspace, store } = await this.#workspace()
      const record = notedChange(origin, {
        action: 'projection.rebuilt',
        subject: { kind: 'projection', id: workspace.id },
        at: Date.now(),
      })
      await store.batch([...REBUILD_STATEMENTS, pendingAuditStatement(record)], 'write')
      this.#takeAudit(workspace.id)
      this.#cache.clear()
      this.#cachedAt = null
      await this.poke()
    })
  }

  /** The hub alone writes the chain. Nobody waits for it: the sweep takes what stays. */
  #takeAudit(workspaceId: string): void {
    const taken = this.env.WORKSPACE_HUB.getByName(workspaceId).takeAudit()
    this.ctx.waitUntil(taken.catch(() => undefined))
  }

  #erasures(workspace: Workspace, store: StoreClient): WorkspaceErasures {
    return new WorkspaceErasures(workspace, store, controlStore(this.env), (object, order) =>
      this.env.VISITOR_LOG.getByName(object).erase(order),
    )
  }

  async #catchUp(): Promise<Next> {
    const deadline = Date.now() + ALARM_BUDGET_MS
    try {
      const { workspace, store, days } = await this.#workspace()
      while (Date.now() < deadline) {
        const { head, folded } = await this.#projectNext(workspace, store, days)
        const dueInMs = head.jobDueInMs
        if (dueInMs !== null && dueInMs <= 0) await this.#deliver(workspace, store, head.epoch)
        else if (folded) {
          return dueInMs === null ? { kind: 'idle' } : { kind: 'job_waiting', inMs: dueInMs }
        }
      }
      return { kind: 'more', inMs: 0 }
    } catch (error) {
      console.warn(JSON.stringify({ event: 'projection_waiting', reason: String(error) }))
      return { kind: 'more', inMs: RETRY_MS }
    }
  }

  /** Tells visitors' objects one page of what was learnt of them, and whom they must forget. */
  async #deliver(workspace: Workspace, store: StoreClient, epoch: string): Promise<void> {
    await this.#erasures(workspace, store).deliver(epoch)
    await deliverRefreshes(store, epoch, {
      objectOf: (visitorId) => visitorLogName(workspace, visitorId),
      send: (object, refreshes) => this.env.VISITOR_LOG.getByName(object).setPersons(refreshes),
    })
  }

  /** Folds one batch. `head` is what was read before it; `folded`: there was nothing left to fold. */
  async #projectNext(
    workspace: Workspace,
    store: StoreClient,
    days: ZoneDays,
  ): Promise<{ head: Head; folded: boolean }> {
    const [headRow, eventCell] = await store.batch(
      [READ_HEAD, { sql: READ_EVENTS, args: [PROJECT_BATCH_EVENTS] }],
      'read',
    )
    const head = this.#take(headRow?.rows[0])
    const { cursor } = head
    if (!head.isReplayed) {
      await this.#erasures(workspace, store).replay(head.epoch, cursor, days)
      return { head, folded: false }
    }
    const events = projectedEvents(String(eventCell?.rows[0]?.tuples ?? '[]'))
    // A score may only land once the events it was made from have: with the last page of events.
    const caughtUp = events.length < PROJECT_BATCH_EVENTS
    const scoresUpTo = caughtUp
      ? Math.min(head.scoresUpTo, cursor.scoreSeq + PROJECT_BATCH_SCORES)
      : 0
    if (events.length === 0 && scoresUpTo <= cursor.scoreSeq) {
      this.#cachedAt = stateOf(head.epoch, cursor)
      return { head, folded: true }
    }
    const { live, late } =
      head.erasedUpTo === null
        ? { live: events, late: [] }
        : await this.#erasures(workspace, store).partLate(events, head.erasedUpTo)
    const upTo = events.at(-1)?.ingestSeq ?? cursor.ingestSeq
    const plan = await planBatch(store, this.#cache, days, cursor, live, upTo, scoresUpTo)
    try {
      await store.batch([...plan.statements, ...dropLateStatements(late)], 'write')
    } catch (error) {
      const failure = classifyWriteFailure(error, CURSOR_GUARD)
      if (failure.kind === 'already_applied') return { head, folded: false }
      throw error
    }
    this.#cache.forget(movedVisitorIds(plan.moved))
    const moved = new Set(movedVisitorIds(plan.moved))
    this.#cache.put(
      plan.fold.visitors.filter(({ row }) => !moved.has(row.visitorId)),
      plan.loaded,
    )
    this.#cachedAt = stateOf(head.epoch, plan.next)
    return { head, folded: false }
  }

  /**
   * Where the store stands now. Whatever is remembered of another state is dropped; until the work
   * that follows has ended well, nothing of this state counts as remembered either.
   */
  #take(row: Record<string, unknown> | undefined): Head {
    if (!row) throw new Error('The store has no projector cursor; run the migrations.')
    const head: Head = {
      epoch: String(row.epoch),
      cursor: {
        ingestSeq: Number(row.ingest_seq),
        scoreSeq: Number(row.score_seq),
        version: Number(row.version),
      },
      scoresUpTo: Number(row.scores_up_to),
      isReplayed: row.replayed_epoch === row.epoch,
      erasedUpTo: row.erased_up_to === null ? null : Number(row.erased_up_to),
      jobDueInMs: row.job_due_in_ms === null ? null : Number(row.job_due_in_ms),
    }
    if (this.#cachedAt !== stateOf(head.epoch, head.cursor)) this.#cache.clear()
    this.#cachedAt = null
    return head
  }

  async #workspace(): Promise<{ workspace: Workspace; store: StoreClient; days: ZoneDays }> {
    const id = this.ctx.id.name ?? ''
    const workspace = await directoryOf(this.env).workspace(id)
    if (!workspace) throw new Error(`There is no workspace ${id}.`)
    const days = new ZoneDays(workspace.timezone)
    return { workspace, store: workspaceStore(this.env, workspace), days }
  }

  /** One fold or undo at a time: both read, decide and write. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#running.then(work)
    this.#running = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }
}

function stateOf(epoch: string, cursor: ProjectorCursor): string {
  return `${epoch}:${cursor.version}`
}
