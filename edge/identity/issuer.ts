import type { Env } from '../env.ts'

/**
 * The issuer of tokens: the edge's own origin. PUBLIC_URL where it is set, so that no Host header can
 * choose it; on one machine the origin that was asked.
 */
export function issuerOf(env: Env, requestUrl: string): string {
  return new URL(env.PUBLIC_URL || requestUrl).origin
}

/** Who access tokens are for: the API, and nothing else that this issuer may ever sign for. */
export function audienceOf(issuer: string): string {
  return `${issuer}/api`
}
