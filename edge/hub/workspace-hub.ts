import { DurableObject } from 'cloudflare:workers'
import type { AuditOrigin } from '#shared/audit/entry.ts'
import type { Rollout, RolloutCommand } from '#shared/scoring/rollout.ts'
import { Slot } from '#shared/targeting/slot.ts'
import { HubAccess } from '../access/hub-access.ts'
import { type MemberAccess, readMemberAccess } from '../access/member-access.ts'
import { type AnchorAnswer, anchorChain } from '../audit/anchor.ts'
import { anchorKeys } from '../audit/anchor-keys.ts'
import { type AuditedChange, auditTrail } from '../audit/append.ts'
import { drainAuditOutbox } from '../audit/outbox.ts'
import { takePending } from '../audit/pending.ts'
import type { Env } from '../env.ts'
import type {
  Giver,
  MemberChange,
  MemberDecision,
} from '../identity/members/decide-member-change.ts'
import { changeMember } from '../identity/members/member-store.ts'
import { endSocket, LiveSockets } from '../live/live-sockets.ts'
import { LIVE_SESSION_HEADER } from '../live/routes.ts'
import { type GrantAnswer, type Granted, grant } from '../quota/lease.ts'
import { budgetOf, type MeterName } from '../quota/meters.ts'
import { RememberedLimits, workspaceLimits } from '../quota/workspace-limits.ts'
import { putBody } from '../recommend/body-files.ts'
import { putModelFiles } from '../scoring/registry/model-files.ts'
import {
  type ChangeContext,
  changeRollout,
  knownModel,
  type ModelNotes,
  type RegisterAnswer,
  type RolloutAnswer,
  registerModel,
  storedRollout,
} from '../scoring/registry/model-store.ts'
import type { ScoringModel } from '../scoring/served-model.ts'
import type { StoreClient } from '../store/client.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { controlStore, controlToAsk, directoryOf } from '../tenancy/directory-of.ts'
import { snapshotKey } from './published-snapshot.ts'
import { saveSlot, storedVersion, storeSnapshot } from './slot-store.ts'

export type PublishAnswer =
  | { kind: 'published'; version: number }
  | { kind: 'refused'; reason: string }

const KV_TIMEOUT_MS = 2_000
/** A change that nobody told the hub of reaches open connections within this and what the hub trusts. */
const CHECK_SOCKETS_EVERY_MS = 30_000
const WATCH_EVERY_MS = 86_400_000
const ANCHOR_EVERY_MS = 3_600_000
const WATCH_AGAIN_MS = 3_600_000

/**
 * One object a workspace for what must be said once and be current: the version of the published
 * configuration, what scores, what recommends, and the order of people's edits. It never waits for a fold.
 */
export class WorkspaceHub extends DurableObject<Env> {
  #running: Promise<unknown> = Promise.resolve()
  readonly #access: HubAccess
  readonly #sockets: LiveSockets
  readonly #limits = new RememberedLimits()

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#access = new HubAccess((sessionId, now) =>
      readMemberAccess(controlToAsk(env), this.#workspaceId, sessionId, now),
    )
    this.#sockets = new LiveSockets(state, (sessionId) => this.#access.of(sessionId))
  }

  /** Opens a live connection for a session that the Worker has let in. */
  override async fetch(request: Request): Promise<Response> {
    const sessionId = request.headers.get(LIVE_SESSION_HEADER)
    if (!sessionId) return new Response(null, { status: 400 })
    const answer = await this.#sockets.open(sessionId)
    if ((await this.ctx.storage.getAlarm()) === null) await this.#checkLater()
    return answer
  }

  /** Looks at live connections that nobody told about a change; as long as there are any. */
  override async alarm(): Promise<void> {
    await this.#sockets.check()
    if (!this.#sockets.isEmpty) await this.#checkLater()
  }

  /** Clients have nothing to say here. */
  override webSocketMessage(): void {}

  /** The closing handshake is ours to end: without it the connection would stay half open. */
  override webSocketClose(socket: WebSocket, code: number): void {
    endSocket(socket, code)
  }

  #checkLater(): Promise<void> {
    return this.ctx.storage.setAlarm(Date.now() + CHECK_SOCKETS_EVERY_MS)
  }

  /** The version that edges should serve; they ask at most every 15 s, so a kill switch works within a minute. */
  async publishedVersion(): Promise<number> {
    return (await this.#namedVersion()) ?? storedVersion(await this.#store())
  }

  /** Saves a slot as people edited it; live pages change only when it is published. */
  async saveSlot(input: unknown, origin: AuditOrigin): Promise<{ editVersion: number }> {
    const slot = Slot.parse(input)
    return this.#inOrder((store) => saveSlot(store, slot, this.#trail(store, origin), Date.now()))
  }

  /**
   * Publishes all slots as one immutable body, one version higher. The body is in the store before the
   * pointer moves: an edge never sees a version without its body. KV only makes it fast to fetch.
   */
  async publish(origin: AuditOrigin): Promise<PublishAnswer> {
    return this.#inOrder(async (store) => {
      const named = (await this.#namedVersion()) ?? 0
      const published = await storeSnapshot(store, named, this.#trail(store, origin), Date.now())
      if (published.kind === 'refused') return published
      const { version, body } = published
      const spread = this.#spread(snapshotKey(this.#workspaceId, version), body)
      this.ctx.waitUntil(spread)
      // First KV, so that it remembers no absence; but a slow one holds nothing up.
      await Promise.race([spread, new Promise((late) => setTimeout(late, KV_TIMEOUT_MS))])
      await this.ctx.storage.put('published_version', version)
      return { kind: 'published', version }
    })
  }

  /** What scores the workspace's visitors; edges ask at most every 15 s. */
  async rollout(): Promise<Rollout> {
    return (await this.#namedRollout()) ?? storedRollout(await this.#store())
  }

  /** Enters a draft; its files are in the bucket before the registry names it. */
  async registerModel(
    model: ScoringModel & ModelNotes,
    context: ChangeContext,
  ): Promise<RegisterAnswer> {
    return this.#inOrder(async (store) => {
      const { manifest, onnx, card, note } = model
      const known = await knownModel(store, manifest)
      if (known) return known
      await putModelFiles(this.env.MODELS, this.#workspaceId, { manifest, onnx })
      const entry = { manifest, card, note, onnxBytes: onnx.byteLength }
      await registerModel(store, entry, context, this.#trail(store, context.origin), Date.now())
      return { kind: 'registered' }
    })
  }

  /** Changes what scores. The new body is in the store before the pointer moves. */
  async changeRollout(command: RolloutCommand, context: ChangeContext): Promise<RolloutAnswer> {
    return this.#inOrder(async (store) => {
      const named = (await this.#namedRollout()) ?? null
      const trail = this.#trail(store, context.origin)
      const answer = await changeRollout(store, named, command, context, trail, Date.now())
      if ('rollout' in answer) await this.ctx.storage.put('rollout', answer.rollout)
      return answer
    })
  }

  /**
   * Whether the served model is to be looked at now. Whoever is told so looks; if it fails, somebody else is
   * told so an hour later.
   */
  async claimWatch(): Promise<boolean> {
    const now = Date.now()
    if (now < ((await this.ctx.storage.get<number>('watch_from')) ?? 0)) return false
    await this.ctx.storage.put('watch_from', now + WATCH_AGAIN_MS)
    return true
  }

  async watched(): Promise<void> {
    await this.ctx.storage.put('watch_from', Date.now() + WATCH_EVERY_MS)
  }

  /** The recommendations that edges should serve; null before the first. They ask at most every 15 s. */
  async recommendationVersion(): Promise<string | null> {
    return (await this.ctx.storage.get<string>('recommendation_version')) ?? null
  }

  /**
   * The body is in the bucket, and the change on record, before the pointer moves. One that is known already
   * is brought back.
   */
  async publishRecommendations(
    version: string,
    body: string,
    origin: AuditOrigin,
  ): Promise<'published' | 'taken'> {
    return this.#inOrder(async (store) => {
      const put = await putBody(this.env.MODELS, this.#workspaceId, version, body)
      if (put === 'taken') return put
      const before = await this.recommendationVersion()
      if (before === version) return 'published'
      const record = await this.#trail(
        store,
        origin,
      )({
        action: 'recommendations.published',
        subject: { kind: 'recommendations', id: version },
        at: Date.now(),
        before,
        after: version,
      })
      await store.batch(record, 'write')
      await this.ctx.storage.put('recommendation_version', version)
      return 'published'
    })
  }

  /** What a session may do here. @throws what the control database throws */
  async memberAccess(sessionId: string): Promise<MemberAccess> {
    return this.#access.of(sessionId)
  }

  /** Changes a member, one change after another, so that two owners cannot unmake each other at once. */
  async changeMember(
    giver: Giver,
    change: MemberChange,
    origin: AuditOrigin,
  ): Promise<MemberDecision> {
    const decision = await this.#inOrder(() =>
      changeMember(controlStore(this.env), this.#workspaceId, giver, change, origin, Date.now()),
    )
    await this.accessChanged()
    this.ctx.waitUntil(this.takeAudit())
    return decision
  }

  /** People, roles or sessions changed: what was read is forgotten. */
  async accessChanged(): Promise<void> {
    this.#access.changed()
    await this.#sockets.check()
  }

  /** Puts a change on record that changes nothing in a database. */
  async recordAudit(change: AuditedChange, origin: AuditOrigin): Promise<void> {
    await this.#inOrder(async (store) => {
      await store.batch(await this.#trail(store, origin)(change), 'write')
    })
  }

  /** Takes what others put on record into the chain. Makes it prompt; the sweep makes it certain. */
  async takeAudit(): Promise<void> {
    await this.#inOrder(async (store) => {
      await takePending(store, this.#workspaceId)
      await drainAuditOutbox(controlStore(this.env), store, this.#workspaceId)
    })
  }

  /** Signs the head of the audit log, unless it does not follow from its last anchor. */
  async anchorAudit(): Promise<AnchorAnswer> {
    const keys = anchorKeys(this.env)
    return this.#inOrder((store) =>
      anchorChain(this.#workspaceId, store, this.env.MODELS, keys, Date.now()),
    )
  }

  /** Anchors once an hour, whoever asks how often. A failure is told and tried again by the next who asks. */
  async anchorAuditHourly(): Promise<void> {
    if (Date.now() < ((await this.ctx.storage.get<number>('anchor_from')) ?? 0)) return
    const workspace = this.#workspaceId
    try {
      const answer = await this.anchorAudit()
      if (answer.kind === 'broken') {
        console.error(JSON.stringify({ event: 'audit_chain_broken', workspace, ...answer.found }))
      }
      await this.ctx.storage.put('anchor_from', Date.now() + ANCHOR_EVERY_MS)
    } catch (error) {
      const reason = String(error)
      console.warn(JSON.stringify({ event: 'audit_not_anchored', workspace, reason }))
    }
  }

  #trail(store: StoreClient, origin: AuditOrigin) {
    return auditTrail(store, this.#workspaceId, origin)
  }

  /** Tokens of the workspace's budget for one isolate, which spends them alone. */
  async leaseTokens(meter: MeterName, wanted: number): Promise<GrantAnswer> {
    const limits = await this.#limits.current(
      () => workspaceLimits(controlStore(this.env), this.#workspaceId),
      Date.now(),
    )
    const key = `granted:${meter}`
    // Nothing awaited between reading and writing but the storage itself, which lets nobody in between.
    const before = (await this.ctx.storage.get<Granted>(key)) ?? null
    const { granted, answer } = grant(before, budgetOf(meter, limits, this.env), wanted, Date.now())
    // Lost in a crash it would only be granted again: the answer need not wait for the disk.
    void this.ctx.storage.put(key, granted, { allowUnconfirmed: true })
    return answer
  }

  #namedRollout(): Promise<Rollout | undefined> {
    return this.ctx.storage.get<Rollout>('rollout')
  }

  #namedVersion(): Promise<number | undefined> {
    return this.ctx.storage.get<number>('published_version')
  }

  async #spread(key: string, body: string): Promise<void> {
    try {
      await this.env.CONFIG.put(key, body)
    } catch (error) {
      console.warn(JSON.stringify({ event: 'snapshot_not_in_kv', key, reason: String(error) }))
    }
  }

  get #workspaceId(): string {
    return this.ctx.id.name ?? ''
  }

  async #store(): Promise<StoreClient> {
    const workspace = await directoryOf(this.env).workspace(this.#workspaceId)
    if (!workspace) throw new Error(`There is no workspace ${this.#workspaceId}.`)
    return workspaceStore(this.env, workspace)
  }

  /** Edits are numbered, so they happen one after another. */
  #inOrder<T>(work: (store: StoreClient) => Promise<T>): Promise<T> {
    const result = this.#running.then(async () => work(await this.#store()))
    this.#running = result.catch(() => undefined)
    return result
  }
}
