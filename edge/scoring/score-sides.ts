import { featureByName } from '#shared/features/registry.ts'

/** Where reasons were not asked for and telling the sides apart would take longer than the score. */
export const NOT_SPLIT = { fit: null, engagement: null }

/** Whether a feature is about who a visitor is or about what they do. */
export const sideOf = (feature: string) => featureByName(feature)?.side ?? 'engagement'
