import { modelFor } from '#shared/scoring/assignment.ts'
import { modelsIn, type Rollout, STARTER_ROLLOUT } from '#shared/scoring/rollout.ts'
import { within } from '../../deadlines/within.ts'
import type { Scorer } from '../scorer.ts'

/** How long an isolate goes on with a rollout before it asks the hub again. */
const ROLLOUT_MAX_AGE_MS = 15_000
/** One that has not heard for so long waits for the answer: a change is served within a minute. */
const WAIT_FROM_AGE_MS = 45_000
/** A question that failed is not asked again sooner; one in the background may have been cancelled. */
const ASK_AGAIN_MS = { failed: 15_000, background: 5_000 } as const
/** A hub that does not answer is away. */
const HUB_TIMEOUT_MS = 2_000
/** Each holds its models' files and trees, of an isolate's 128 MB. */
const MAX_WORKSPACES = 50

/** What scores the visitors of one workspace. */
export interface Scorers {
  rollout: Rollout
  /** @param visitorId null for features without a visitor */
  scorerFor(visitorId: string | null): Scorer
  shadows: readonly Scorer[]
}

/** Where rollouts and models come from. */
export interface ScorerSources {
  /** @throws where the hub cannot be asked */
  rollout(workspaceId: string): Promise<Rollout>
  /** @throws where the model cannot be had or served */
  scorer(workspaceId: string, model: string): Promise<Scorer>
  /** The model that ships. */
  starter(): Promise<Scorer>
  /** Lets work outlive the request that began it. */
  inBackground(work: Promise<unknown>): void
  warn(what: { event: string; workspace: string; reason: string; model?: string }): void
  /** Unix milliseconds. */
  now(): number
}

interface Held {
  scorers: Scorers
  /** Loaded models by version. */
  models: ReadonlyMap<string, Scorer>
  /** When the hub last said that this is current. */
  heardAt: number
  /** No question leaves before. */
  askFrom: number
}

/**
 * An isolate's memory of what scores. A new rollout takes over once its models are loaded; until then, and
 * where hub or files cannot be had, the last one goes on, and before the first the model that ships.
 *
 * Requests never wait for each other's questions: workerd cancels those of a request that ends.
 */
export class WorkspaceScorers {
  readonly #sources: ScorerSources
  readonly #held = new Map<string, Held>()
  constructor(sources: ScorerSources) {
    this.#sources = sources
  }

  /**
   * Never fails where the model that ships can be read.
   *
   * @param atLeast a version known to be current: an older one is asked about, not waited for
   */
  async of(workspaceId: string, atLeast = 0): Promise<Scorers> {
    const known = this.#held.get(workspaceId)
    const now = this.#sources.now()
    if (known && known.scorers.rollout.version < atLeast && now >= known.askFrom) {
      return this.#refresh(workspaceId)
    }
    const age = known ? now - known.heardAt : Number.POSITIVE_INFINITY
    if (known && (age < ROLLOUT_MAX_AGE_MS || now < known.askFrom)) return known.scorers
    if (known && age < WAIT_FROM_AGE_MS) {
      known.askFrom = now + ASK_AGAIN_MS.background
      this.#sources.inBackground(this.#refresh(workspaceId))
      return known.scorers
    }
    return this.#refresh(workspaceId)
  }

  async #refresh(workspaceId: string): Promise<Scorers> {
    const known = this.#held.get(workspaceId)
    const heardAt = this.#sources.now()
    try {
      const rollout = await within(HUB_TIMEOUT_MS, this.#sources.rollout(workspaceId))
      const isCurrent =
        known?.scorers.rollout.version === rollout.version &&
        // One that could not be had is tried again.
        known.models.size === modelsIn(rollout).length
      const loaded = isCurrent ? known : await this.#loaded(workspaceId, rollout, known?.models)
      return this.#hold(workspaceId, { ...loaded, heardAt, askFrom: 0 })
    } catch (error) {
      const reason = String(error)
      this.#sources.warn({ event: 'rollout_not_loaded', workspace: workspaceId, reason })
      const askFrom = this.#sources.now() + ASK_AGAIN_MS.failed
      // Another request may have been luckier meanwhile.
      const standing = this.#held.get(workspaceId)
      if (standing) return this.#hold(workspaceId, { ...standing, askFrom })
      const starter = await this.#loaded(workspaceId, STARTER_ROLLOUT)
      return this.#hold(workspaceId, { ...starter, heardAt: Number.NEGATIVE_INFINITY, askFrom })
    }
  }

  async #loaded(
    workspaceId: string,
    rollout: Rollout,
    known: ReadonlyMap<string, Scorer> = new Map(),
  ): Promise<Pick<Held, 'scorers' | 'models'>> {
    const models = await this.#models(workspaceId, rollout, known)
    return { models, scorers: await this.#scorersOf(rollout, models) }
  }

  /** A challenger or shadow that cannot be had stands in nobody's way; a champion does. */
  async #models(
    workspaceId: string,
    rollout: Rollout,
    loaded: ReadonlyMap<string, Scorer>,
  ): Promise<Map<string, Scorer>> {
    const models = new Map<string, Scorer>()
    for (const model of modelsIn(rollout)) {
      try {
        models.set(model, loaded.get(model) ?? (await this.#sources.scorer(workspaceId, model)))
      } catch (error) {
        if (model === rollout.champion) throw error
        const reason = String(error)
        this.#sources.warn({ event: 'model_not_loaded', workspace: workspaceId, model, reason })
      }
    }
    return models
  }

  async #scorersOf(rollout: Rollout, models: ReadonlyMap<string, Scorer>): Promise<Scorers> {
    const { champion } = rollout
    const standing =
      (champion === null ? undefined : models.get(champion)) ?? (await this.#sources.starter())
    return {
      rollout,
      scorerFor: (visitorId) => models.get(modelFor(rollout, visitorId) ?? '') ?? standing,
      shadows: rollout.shadows.flatMap((model) => models.get(model) ?? []),
    }
  }

  #hold(workspaceId: string, held: Held): Scorers {
    const newer = this.#held.get(workspaceId)
    // A slow question must not bring back what a later one has replaced.
    if (newer && newer.heardAt > held.heardAt) return newer.scorers
    this.#held.delete(workspaceId)
    this.#held.set(workspaceId, held)
    const oldest = this.#held.keys().next().value
    if (this.#held.size > MAX_WORKSPACES && oldest !== undefined) this.#held.delete(oldest)
    return held.scorers
  }
}
