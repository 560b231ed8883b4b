import { RecommendationBody } from '#shared/recommend/body.ts'
import { type Recommender, readRecommender } from '#shared/recommend/recommender.ts'
import { within } from '../deadlines/within.ts'

/** How long an isolate goes on with a version before it asks the hub again, also after it could not be asked. */
const POINTER_MAX_AGE_MS = 15_000
/** A hub or bucket that does not answer is away. */
const TIMEOUT_MS = 2_000
/** Each is a few megabytes, of an isolate's 128 MB. */
const MAX_WORKSPACES = 20

/** Where recommendations come from. */
export interface RecommenderSources {
  /** The version that the hub names; null before the first. @throws where it cannot be asked */
  version(workspaceId: string): Promise<string | null>
  /** @throws where the body cannot be had */
  body(workspaceId: string, version: string): Promise<string>
  warn(what: { event: string; workspace: string; reason: string }): void
  /** Unix milliseconds. */
  now(): number
}

interface Held {
  recommender: Recommender | null
  askedAt: number
}

/**
 * An isolate's memory of what recommends. While hub or bucket are away, or a body cannot be read, the last one
 * goes on: a page that was worth reading yesterday is so today.
 */
export class WorkspaceRecommenders {
  readonly #sources: RecommenderSources
  readonly #held = new Map<string, Held>()

  constructor(sources: RecommenderSources) {
    this.#sources = sources
  }

  /**
   * @returns null where nothing was published
   * @throws where nothing is known and hub or bucket are away
   */
  async of(workspaceId: string): Promise<Recommender | null> {
    const known = this.#held.get(workspaceId)
    const askedAt = this.#sources.now()
    if (known && askedAt - known.askedAt < POINTER_MAX_AGE_MS) return known.recommender
    try {
      const recommender = await this.#current(workspaceId, known?.recommender ?? null)
      return this.#hold(workspaceId, { recommender, askedAt })
    } catch (error) {
      if (!known) throw error
      const reason = String(error)
      this.#sources.warn({ event: 'recommendations_not_loaded', workspace: workspaceId, reason })
      return this.#hold(workspaceId, { ...known, askedAt })
    }
  }

  async #current(workspaceId: string, known: Recommender | null): Promise<Recommender | null> {
    const version = await within(TIMEOUT_MS, this.#sources.version(workspaceId))
    if (version === null) return null
    if (known?.body.version === version) return known
    const body = await within(TIMEOUT_MS, this.#sources.body(workspaceId, version))
    return readRecommender(RecommendationBody.parse(JSON.parse(body)))
  }

  #hold(workspaceId: string, held: Held): Recommender | null {
    const standing = this.#held.get(workspaceId)
    // A slow question must not bring back what a later one has replaced.
    if (standing && standing.askedAt > held.askedAt) return standing.recommender
    this.#held.delete(workspaceId)
    this.#held.set(workspaceId, held)
    const oldest = this.#held.keys().next().value
    if (this.#held.size > MAX_WORKSPACES && oldest !== undefined) this.#held.delete(oldest)
    return held.recommender
  }
}
