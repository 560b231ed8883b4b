import type { Budget } from './lease.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** What is metered, and what a workspace may use where nothing else is said. */
export const METERS = {
  decisions: { windowMs: MINUTE_MS, defaultTokens: 60_000 },
  /** Nothing uses it yet. */
  chat_tokens: { windowMs: DAY_MS, defaultTokens: 1_000_000 },
} as const satisfies Record<string, { windowMs: number; defaultTokens: number }>
export type MeterName = keyof typeof METERS

/** Variables that change the defaults for all workspaces: a whole number, 0 for nothing at all. */
export interface QuotaEnv {
  QUOTA_DECISIONS_PER_MINUTE?: string
  QUOTA_CHAT_TOKENS_PER_DAY?: string
}

/** What a workspace's own row says; null for the default. */
export type OwnLimits = Record<MeterName, number | null>

export function budgetOf(meter: MeterName, own: OwnLimits, env: QuotaEnv): Budget {
  const { windowMs, defaultTokens } = METERS[meter]
  const variable =
    meter === 'decisions' ? env.QUOTA_DECISIONS_PER_MINUTE : env.QUOTA_CHAT_TOKENS_PER_DAY
  const tokens = own[meter] ?? wholeNumber(variable) ?? defaultTokens
  return { tokensPerWindow: tokens, windowMs }
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}
