import * as oauth from 'oauth4webapi'
import { outboundAddress } from '../../outbound/outbound-address.ts'
import { type OutboundDeps, outboundFetch } from '../../outbound/outbound-fetch.ts'

/** Of everything that a provider says: metadata, keys and tokens are some kilobytes. */
const LIMITS = { timeoutMs: 8_000, maxBytes: 256 * 1024 }

/** What somebody who asks a provider is told in its place. */
export type ProviderFailure =
  /** No answer, or an address that the edge does not ask. */
  | { kind: 'unreachable'; reason: string }
  /** An answer that is not what a provider of this issuer says. */
  | { kind: 'unfit'; reason: string }

export type Discovery = { kind: 'found'; provider: Provider } | ProviderFailure

/** A provider's metadata, its issuer compared letter by letter with the one that was entered. */
export type Provider = oauth.AuthorizationServer & { authorization_endpoint: string }

/** Why the guard let a request not pass: `oauth4webapi` hands what `fetch` throws on as it is. */
class NotFetched extends Error {}

/**
 * All requests to providers go through the outbound guard: their metadata names the addresses, and a
 * provider is whatever a customer entered. The guard decides on http and on private addresses.
 */
export function throughGuard(outbound: OutboundDeps) {
  return {
    [oauth.allowInsecureRequests]: true as const,
    async [oauth.customFetch](
      url: string,
      { method, headers, body }: oauth.CustomFetchOptions<string, unknown>,
    ): Promise<Response> {
      const text = body === undefined || body === null ? {} : { body: String(body) }
      const answer = await outboundFetch(outbound, url, { method, headers, ...text }, LIMITS)
      if (answer.kind === 'answered') return answer.response
      throw new NotFetched(answer.reason)
    },
  }
}

/**
 * Reads what a provider says of itself (OpenID Connect Discovery, 4). Each sign-in reads it anew: it is asked
 * rarely, and the library would share one request's pending answer with another through a remembered one.
 */
export async function discover(outbound: OutboundDeps, issuer: string): Promise<Discovery> {
  try {
    const url = new URL(issuer)
    const response = await oauth.discoveryRequest(url, throughGuard(outbound))
    const provider = await oauth.processDiscoveryResponse(url, response)
    if (provider.issuer !== issuer) {
      return { kind: 'unfit', reason: 'The provider writes its issuer in another way.' }
    }
    const { authorization_endpoint } = provider
    // The browser goes there, past the guard's fetch: it must be no script and no other scheme.
    if (
      !authorization_endpoint ||
      outboundAddress(authorization_endpoint, outbound.policy).kind === 'refused'
    ) {
      return { kind: 'unfit', reason: 'The address to sign in at is missing or not allowed.' }
    }
    return { kind: 'found', provider: { ...provider, authorization_endpoint } }
  } catch (error) {
    return failureOf(error)
  }
}

/** What went wrong, without anything that the provider sent. */
export function failureOf(error: unknown): ProviderFailure {
  if (error instanceof NotFetched) return { kind: 'unreachable', reason: error.message }
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'unknown'
  const message = error instanceof oauth.ResponseBodyError ? error.error : messageOf(error)
  return { kind: 'unfit', reason: `${message} (${code})` }
}

/** The library's own sentences name fields, not their values. */
function messageOf(error: unknown): string {
  const isLibrarys =
    error instanceof oauth.OperationProcessingError ||
    error instanceof oauth.UnsupportedOperationError
  return isLibrarys ? error.message : 'Its answer cannot be read.'
}
