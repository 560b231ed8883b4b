import { z } from 'zod'
import { PermissionName } from '#shared/access/granted.ts'
import type { Permission } from '#shared/access/matrix.ts'
import type { OAuthClient } from './clients.ts'
import { redirectAllowed } from './redirect-uris.ts'

const MAX_STATE_CHARS = 1_000
/** RFC 7636, 4.2: base64url of SHA-256. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/

export interface AuthorizationRequest {
  client: OAuthClient
  redirectUri: string
  state: string | null
  codeChallenge: string
  /** Null for all that the person may do. */
  permissions: Permission[] | null
}

export type AuthorizationError =
  | 'invalid_request'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'access_denied'

export type ReadAuthorization =
  | { kind: 'valid'; request: AuthorizationRequest }
  /** Said on a page of ours: an address that is not the client's must not be sent anything. */
  | { kind: 'refused_here'; reason: 'unknown_client' | 'wrong_redirect' }
  /** Said to the client, at its own address. */
  | {
      kind: 'refused_there'
      redirectUri: string
      state: string | null
      error: AuthorizationError
      description: string
    }

/** The parameters by name; one that came twice is refused (RFC 6749, 3.1). */
export type Parameters = ReadonlyMap<string, readonly string[]>

export function parametersOf(entries: Iterable<[string, string]>): Parameters {
  const found = new Map<string, string[]>()
  for (const [name, value] of entries) found.set(name, [...(found.get(name) ?? []), value])
  return found
}

/** A parameter that was sent exactly once; an empty one counts as left out. */
export function only(parameters: Parameters, name: string): string | null {
  const values = parameters.get(name) ?? []
  return values.length === 1 ? values[0] || null : null
}

const ONCE = ['response_type', 'state', 'code_challenge', 'code_challenge_method', 'scope']

/**
 * Reads an authorization request: OAuth 2.1, code with PKCE S256 alone.
 *
 * @param client as `client_id` names it; null where there is none
 */
export function readAuthorization(
  parameters: Parameters,
  client: OAuthClient | null,
): ReadAuthorization {
  if (!client) return { kind: 'refused_here', reason: 'unknown_client' }
  const redirectUri = only(parameters, 'redirect_uri')
  if (redirectUri === null || !redirectAllowed(client.redirectUris, redirectUri)) {
    return { kind: 'refused_here', reason: 'wrong_redirect' }
  }
  const state = only(parameters, 'state')
  const refuse = (error: AuthorizationError, description: string): ReadAuthorization => ({
    kind: 'refused_there',
    redirectUri,
    state,
    error,
    description,
  })
  const twice = ONCE.find((name) => (parameters.get(name)?.length ?? 0) > 1)
  if (twice) return refuse('invalid_request', `${twice} was sent more than once.`)
  if (only(parameters, 'response_type') !== 'code') {
    return refuse('unsupported_response_type', 'response_type must be code.')
  }
  if ((state?.length ?? 0) > MAX_STATE_CHARS) return refuse('invalid_request', 'state is too long.')
  const codeChallenge = only(parameters, 'code_challenge')
  if (only(parameters, 'code_challenge_method') !== 'S256' || codeChallenge === null) {
    return refuse('invalid_request', 'PKCE with code_challenge_method S256 is required.')
  }
  if (!CHALLENGE.test(codeChallenge)) {
    return refuse('invalid_request', 'code_challenge is not a base64url SHA-256.')
  }
  const asked = z.array(PermissionName).safeParse(only(parameters, 'scope')?.split(' ') ?? [])
  if (!asked.success)
    return refuse('invalid_scope', 'scope names a permission that does not exist.')
  const registered = client.permissions
  const isBeyond = registered && asked.data.some((permission) => !registered.includes(permission))
  if (isBeyond)
    return refuse('invalid_scope', 'scope asks for more than the app is registered for.')
  const permissions = asked.data.length > 0 ? asked.data : registered
  return { kind: 'valid', request: { client, redirectUri, state, codeChallenge, permissions } }
}

/**
 * Where an answer goes. `iss` lets a client that talks to several servers tell them apart (RFC 9207).
 */
export function redirectWith(
  redirectUri: string,
  issuer: string,
  state: string | null,
  answer: Record<string, string>,
): string {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries({ ...answer, iss: issuer })) {
    url.searchParams.set(name, value)
  }
  if (state !== null) url.searchParams.set('state', state)
  return url.href
}
