/** Channels as levels of a feature; what the edge names differently becomes `other`. */
export const CHANNEL_LEVELS = [
  'direct',
  'organic_search',
  'paid_search',
  'organic_social',
  'paid_social',
  'email',
  'referral',
  'display',
  'affiliates',
  'sms',
  'ai_assistant',
  'paid_other',
  'campaign',
  'other',
] as const
export type ChannelLevel = (typeof CHANNEL_LEVELS)[number]

const LEVELS: ReadonlySet<string> = new Set(CHANNEL_LEVELS)

/** The level of a channel name, whatever its case and separators. */
export function channelLevel(channel: string): ChannelLevel {
  const level = channel
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
  return isLevel(level) ? level : 'other'
}

function isLevel(level: string): level is ChannelLevel {
  return LEVELS.has(level)
}
