import * as oauth from 'oauth4webapi'
import type { OutboundDeps } from '../../outbound/outbound-fetch.ts'
import type { Begun } from './begun-sign-in.ts'
import {
  CLOCK_TOLERANCE_S,
  checkIdTokenClaims,
  type IdTokenClaims,
  idTokenAlgorithm,
} from './id-token.ts'
import {
  discover,
  failureOf,
  type Provider,
  type ProviderFailure,
  throughGuard,
} from './provider.ts'

export type Redeemed =
  /** Said by this provider, to this client, about this sign-in, just now. */
  | { kind: 'believed'; claims: IdTokenClaims }
  /** The person or the provider did not want to. */
  | { kind: 'declined' }
  /** For logs: nothing of the answer is repeated. */
  | { kind: 'not_believed'; reason: string }
  | ProviderFailure

export interface Client {
  issuer: string
  clientId: string
  clientSecret: string | null
  redirectUri: string
  /** Which claims are looked for at the userinfo endpoint too, should the ID token not have them. */
  roleClaim: string | null
}

/**
 * Takes a provider's answer for the claims behind it: OpenID Connect Core, 3.1.2.7 to 3.1.3.8. It never
 * throws; whatever does not fit in any point is not believed.
 *
 * @param answer the parameters that the browser brought back
 * @param begun what this browser's cookie says was asked
 * @param now Unix milliseconds
 */
export async function redeemAnswer(
  outbound: OutboundDeps,
  client: Client,
  answer: URLSearchParams,
  begun: Begun,
  now: number,
): Promise<Redeemed> {
  const found = await discover(outbound, client.issuer)
  if (found.kind !== 'found') return found
  const { provider } = found
  let parameters: URLSearchParams
  try {
    // State, and `iss` (RFC 9207) where it is there or was promised.
    parameters = oauth.validateAuthResponse(provider, clientOf(client), answer, begun.state)
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) return { kind: 'declined' }
    return { kind: 'not_believed', reason: failureOf(error).reason }
  }
  try {
    return await redeemCode(outbound, provider, client, parameters, begun, now)
  } catch (error) {
    const failure = failureOf(error)
    return failure.kind === 'unreachable'
      ? failure
      : { kind: 'not_believed', reason: failure.reason }
  }
}

async function redeemCode(
  outbound: OutboundDeps,
  provider: Provider,
  client: Client,
  parameters: URLSearchParams,
  begun: Begun,
  now: number,
): Promise<Redeemed> {
  const options = throughGuard(outbound)
  const response = await oauth.authorizationCodeGrantRequest(
    provider,
    clientOf(client),
    authentication(provider, client.clientSecret),
    parameters,
    client.redirectUri,
    begun.verifier,
    options,
  )
  const offered = provider.id_token_signing_alg_values_supported ?? ['RS256']
  const alg = idTokenAlgorithm(await idTokenIn(response.clone()), offered)
  if (alg === null) {
    return { kind: 'not_believed', reason: 'The ID token is missing, or signed in another way.' }
  }
  const pinned = { ...clientOf(client), id_token_signed_response_alg: alg }
  const tokens = await oauth.processAuthorizationCodeResponse(provider, pinned, response, {
    expectedNonce: begun.nonce,
    requireIdToken: true,
  })
  // The library takes TLS for enough; a proxy in between would be believed then.
  await oauth.validateApplicationLevelSignature(provider, response, options)
  const checked = checkIdTokenClaims(oauth.getValidatedIdTokenClaims(tokens), {
    issuer: client.issuer,
    clientId: client.clientId,
    nonce: begun.nonce,
    now,
  })
  if (checked.kind === 'wrong') return { kind: 'not_believed', reason: checked.reason }
  const more = await moreClaims(outbound, provider, client, tokens.access_token, checked.claims)
  // What is signed counts before what is not.
  return { kind: 'believed', claims: { ...more, ...checked.claims } }
}

function clientOf({ clientId }: Client): oauth.Client {
  return { client_id: clientId, [oauth.clockTolerance]: CLOCK_TOLERANCE_S }
}

/** RFC 6749, 2.3.1, in the way that the provider takes; without a secret PKCE alone. */
function authentication(
  { token_endpoint_auth_methods_supported: taken }: Provider,
  secret: string | null,
): oauth.ClientAuth {
  if (secret === null) return oauth.None()
  const isBasic = taken === undefined || taken.includes('client_secret_basic')
  return isBasic ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret)
}

async function idTokenIn(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json()
    const token = typeof body === 'object' && body !== null && 'id_token' in body && body.id_token
    return typeof token === 'string' ? token : ''
  } catch {
    return ''
  }
}

/** Providers may keep an ID token short, and say the rest at their userinfo endpoint (5.3). */
async function moreClaims(
  outbound: OutboundDeps,
  provider: Provider,
  { clientId, roleClaim }: Client,
  accessToken: string,
  claims: IdTokenClaims,
): Promise<Record<string, unknown>> {
  const wanted = ['email', ...(roleClaim === null ? [] : [roleClaim])]
  const isComplete = wanted.every((name) => Object.hasOwn(claims, name))
  if (isComplete || provider.userinfo_endpoint === undefined) return {}
  const client = { client_id: clientId }
  const response = await oauth.userInfoRequest(
    provider,
    client,
    accessToken,
    throughGuard(outbound),
  )
  return oauth.processUserInfoResponse(provider, client, claims.sub, response)
}
