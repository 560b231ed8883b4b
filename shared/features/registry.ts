import type { Profile } from '#shared/profile/profile.ts'
import { ENGAGEMENT_FEATURES } from './engagement-features.ts'
import {
  AS_STATED,
  type FeatureDefinition,
  type FeatureValue,
  type FeatureValues,
} from './feature.ts'
import { fnv1a64 } from './fingerprint.ts'
import { FIT_FEATURES } from './fit-features.ts'

export type { FeatureDefinition, FeatureValues }

/** Every input of every model, in the order of a model's columns. */
export const FEATURES: readonly FeatureDefinition[] = [...ENGAGEMENT_FEATURES, ...FIT_FEATURES]

const BY_NAME: ReadonlyMap<string, FeatureDefinition> = new Map(
  FEATURES.map((feature) => [feature.name, feature]),
)

/** The definition of a feature; undefined for a name that is none. */
export function featureByName(name: string): FeatureDefinition | undefined {
  return BY_NAME.get(name)
}

/** All feature values of a profile at the time `now` (Unix milliseconds). */
export function featuresOf(profile: Profile, now: number): FeatureValues {
  const values: Record<string, FeatureValue> = {}
  const stated: Record<string, string> = {}
  for (const feature of FEATURES) {
    values[feature.name] = feature.compute(profile, now)
    const said = feature.stated?.(profile)
    if (said) stated[feature.name] = said
  }
  return Object.keys(stated).length === 0 ? values : Object.assign(values, { [AS_STATED]: stated })
}

/**
 * Fingerprint of names, types, units and levels in order. A model carries the one it was trained
 * with and is only served to features of the same.
 */
export const FEATURE_HASH: string = fnv1a64(
  JSON.stringify(
    FEATURES.map((feature) => [
      feature.name,
      feature.type,
      feature.unit,
      feature.type === 'category' ? feature.levels : [],
    ]),
  ),
)
