import { DurableObject } from 'cloudflare:workers'
import type { Rollout, RolloutCommand } from '#shared/scoring/rollout.ts'
import { Slot } from '#shared/targeting/slot.ts'
import type { Env } from '../env.ts'
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
import { directoryOf } from '../tenancy/directory-of.ts'
import { snapshotKey } from './published-snapshot.ts'
import { saveSlot, storedVersion, storeSnapshot } from './slot-store.ts'

export type PublishAnswer =
  | { kind: 'published'; version: number }
  | { kind: 'refused'; reason: string }

const KV_TIMEOUT_MS = 2_000
const WATCH_EVERY_MS = 86_400_000
const WATCH_AGAIN_MS = 3_600_000

/**
 * One object a workspace for what must be said once and be current: the version of the published
 * configuration, what scores, what recommends, and the order of people's edits. It never waits for a fold.
 */
export class WorkspaceHub extends DurableObject<Env> {
  #running: Promise<unknown> = Promise.resolve()

  /** The version that edges should serve; they ask at most every 15 s, so a kill switch works within a minute. */
  async publishedVersion(): Promise<number> {
    return (await this.#namedVersion()) ?? storedVersion(await this.#store())
  }

  /** Saves a slot as people edited it; live pages change only when it is published. */
  async saveSlot(input: unknown): Promise<{ editVersion: number }> {
    const slot = Slot.parse(input)
    return this.#inOrder((store) => saveSlot(store, slot))
  }

  /**
   * Publishes all slots as one immutable body, one version higher. The body is in the store before the
   * pointer moves: an edge never sees a version without its body. KV only makes it fast to fetch.
   */
  async publish(): Promise<PublishAnswer> {
    return this.#inOrder(async (store) => {
      const published = await storeSnapshot(store, (await this.#namedVersion()) ?? 0, Date.now())
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
      await registerModel(store, entry, context, Date.now())
      return { kind: 'registered' }
    })
  }

  /** Changes what scores. The new body is in the store before the pointer moves. */
  async changeRollout(command: RolloutCommand, context: ChangeContext): Promise<RolloutAnswer> {
    return this.#inOrder(async (store) => {
      const named = (await this.#namedRollout()) ?? null
      const answer = await changeRollout(store, named, command, context, Date.now())
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

  /** The body is in the bucket before the pointer moves. One that is known already is brought back. */
  async publishRecommendations(version: string, body: string): Promise<'published' | 'taken'> {
    return this.#inOrder(async () => {
      const put = await putBody(this.env.MODELS, this.#workspaceId, version, body)
      if (put === 'taken') return put
      await this.ctx.storage.put('recommendation_version', version)
      return 'published'
    })
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
