import type { Profile } from '#shared/profile/profile.ts'
import type { SCORE_SIDES } from '#shared/scoring/score.ts'

/** One feature's value; null where it is not known. */
export type FeatureValue = number | string | boolean | null

/**
 * Under this key a profile's values carry how people put those that a model takes as another number,
 * by feature name ("1,000–4,999"). A symbol, so that models and JSON see the features alone.
 */
export const AS_STATED = Symbol('as stated')

/** Values by feature name, complete: every feature of the registry is a key. */
export type FeatureValues = Readonly<Record<string, FeatureValue>> & {
  readonly [AS_STATED]?: Readonly<Record<string, string>>
}

type FeatureBase = {
  name: string
  side: (typeof SCORE_SIDES)[number]
  /** What it measures and over which window, for people. */
  description: string
  /**
   * One plain phrase with the value: "visited pricing 4 times this week".
   * @param stated what was said, where the value is only derived from it
   */
  phrase: (value: FeatureValue, stated?: string) => string
  /** What was said, where it is no single value; null where the value says it all. */
  stated?: (profile: Profile) => string | null
}

export type NumberFeature = FeatureBase & {
  type: 'number'
  unit: string
  compute: (profile: Profile, now: number) => number | null
}
type BooleanFeature = FeatureBase & {
  type: 'boolean'
  unit: 'yes/no'
  compute: (profile: Profile, now: number) => boolean | null
}
export type CategoryFeature = FeatureBase & {
  type: 'category'
  unit: 'level'
  levels: readonly string[]
  compute: (profile: Profile, now: number) => string | null
}

/**
 * One input of the models, computed from a live profile at the time `now` (Unix milliseconds). The
 * edge and the training use this same definition.
 */
export type FeatureDefinition = NumberFeature | BooleanFeature | CategoryFeature
