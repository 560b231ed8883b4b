import { type AuditOrigin, notedChange } from '#shared/audit/entry.ts'
import { type SubjectHash, subjectHash } from '#shared/erasure/subject-hash.ts'
import type { Tombstones } from '#shared/erasure/tombstones.ts'
import { jobOrigin } from '../audit/job-origin.ts'
import { pendingAuditStatement } from '../audit/pending.ts'
import type { ProjectorCursor } from '../projection/project-batch.ts'
import type { ProjectedEvent } from '../projection/projected-event.ts'
import type { ZoneDays } from '../projection/rollups.ts'
import type { StoreClient } from '../store/client.ts'
import type { Workspace } from '../tenancy/workspace.ts'
import { addControlTombstones, readControlTombstones, tombstoneKey } from './control-tombstones.ts'
import { deliverErasures, type ErasureTargets } from './deliver-erasures.ts'
import { planErasureOf, tombstonesOf } from './erase-persons.ts'
import { partLateEvents } from './late-events.ts'
import { erasedNodesOf } from './replay.ts'
import { type ErasureSubject, nodesOfSubject } from './subject.ts'

export interface ErasureReceipt {
  erasureId: string
  /** Unix milliseconds */
  requestedAt: number
  events: number
  visitors: number
  persons: number
}

/**
 * The erasures of one workspace, as its projector carries them out: it alone writes what is derived, so
 * nothing is folded while somebody is erased. See docs/decisions/0007-tombstones.md.
 */
export class WorkspaceErasures {
  readonly #workspace: Workspace
  readonly #store: StoreClient
  readonly #control: StoreClient
  readonly #tell: ErasureTargets['erase']

  constructor(
    workspace: Workspace,
    store: StoreClient,
    control: StoreClient,
    tell: ErasureTargets['erase'],
  ) {
    this.#workspace = workspace
    this.#store = store
    this.#control = control
    this.#tell = tell
  }

  /**
   * Tombstones first: whatever fails afterwards, the erasure is known and the next try, or the next
   * restore, carries it out.
   *
   * @throws what the databases throw
   */
  async erase(
    subject: ErasureSubject,
    cursor: ProjectorCursor,
    days: ZoneDays,
    origin: AuditOrigin,
    now: number,
  ): Promise<ErasureReceipt> {
    const hashOf = subjectHash(await tombstoneKey(this.#control, this.#workspace.id))
    const nodes = new Map(
      (await nodesOfSubject(this.#store, subject)).map((node) => [node, now] as const),
    )
    const tombstones = tombstonesOf(nodes, hashOf)
    await addControlTombstones(this.#control, this.#workspace.id, tombstones)
    const erasure = { erasureId: crypto.randomUUID(), requestedAt: now, nodes, tombstones }
    const plan = await planErasureOf(this.#store, this.#workspace, cursor, days, hashOf, erasure)
    const { erasureId } = erasure
    const [named] = tombstones.keys()
    const record = notedChange(origin, {
      action: 'erasures.ordered',
      // A keyed hash, as in the tombstones: it tells nobody who was erased.
      subject: { kind: 'erased_person', id: named ?? erasureId },
      at: now,
      after: { erasureId, ...plan.counts },
    })
    await this.#store.batch([...plan.statements, pendingAuditStatement(record)], 'write')
    return { erasureId, requestedAt: now, ...plan.counts }
  }

  /**
   * Carries out in a new or restored store every erasure that it does not know of, then marks its epoch:
   * only from then on is anything folded or pulled.
   *
   * @throws what the databases throw
   */
  async replay(epoch: string, cursor: ProjectorCursor, days: ZoneDays): Promise<void> {
    const { key, tombstones } = await readControlTombstones(this.#control, this.#workspace.id)
    const markReplayed = {
      sql: 'UPDATE store_meta SET replayed_epoch = ?1 WHERE epoch = ?1',
      args: [epoch],
    }
    const unknown = new Map(tombstones)
    for (const [hash, erasedAt] of await this.#tombstones()) {
      if ((unknown.get(hash) ?? 0) <= erasedAt) unknown.delete(hash)
    }
    if (key === null || unknown.size === 0) {
      await this.#store.execute(markReplayed)
      return
    }
    const hashOf = subjectHash(key)
    const nodes = await erasedNodesOf(this.#store, unknown, hashOf)
    const plan = await planErasureOf(this.#store, this.#workspace, cursor, days, hashOf, {
      erasureId: `restore-${epoch}`,
      requestedAt: Date.now(),
      nodes,
      tombstones: unknown,
    })
    const record = notedChange(jobOrigin('projector'), {
      action: 'erasures.replayed',
      subject: { kind: 'store', id: epoch },
      at: Date.now(),
      after: { tombstones: unknown.size, ...plan.counts },
    })
    const statements = [...plan.statements, markReplayed, pendingAuditStatement(record)]
    await this.#store.batch(statements, 'write')
  }

  /** @see partLateEvents */
  async partLate(
    events: readonly ProjectedEvent[],
    erasedUpTo: number,
  ): Promise<{ live: readonly ProjectedEvent[]; late: readonly ProjectedEvent[] }> {
    if (events.every(({ occurredAt }) => occurredAt > erasedUpTo)) return { live: events, late: [] }
    return partLateEvents(this.#store, events, erasedUpTo, await this.#hash())
  }

  /** One page of the jobs for visitors' objects. */
  async deliver(epoch: string): Promise<void> {
    const waiting = await this.#store.execute("SELECT 1 FROM outbox WHERE kind = 'erasure' LIMIT 1")
    if (waiting.rows.length === 0) return
    const key = await tombstoneKey(this.#control, this.#workspace.id)
    await deliverErasures(this.#store, epoch, key, { erase: this.#tell })
  }

  async #tombstones(): Promise<Tombstones> {
    const { rows } = await this.#store.execute(
      'SELECT json_group_array(json_array(subject_hash, erased_at)) AS tombstones FROM tombstones',
    )
    return new Map(JSON.parse(String(rows[0]?.tombstones ?? '[]')))
  }

  async #hash(): Promise<SubjectHash> {
    return subjectHash(await tombstoneKey(this.#control, this.#workspace.id))
  }
}
