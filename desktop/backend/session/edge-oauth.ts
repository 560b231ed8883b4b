import * as oauth from 'openid-client'

/** Registered at every edge, see migrations/control/0003_identity.sql. */
const CLIENT_ID = 'edgewise-console'
const OAUTH_TIMEOUT_S = 20

export interface Tokens {
  accessToken: string
  refreshToken: string
  /** Unix milliseconds */
  expiresAt: number
}

export interface Authorization {
  url: string
  /** What must come back with the code: it ties the answer to this very question. */
  state: string
  verifier: string
}

export type TokenAnswer =
  | { kind: 'tokens'; tokens: Tokens }
  /** An authoritative no. */
  | { kind: 'refused'; reason: string }
  | { kind: 'unreachable'; reason: string }

/** The console as an OAuth client of its edge: code with PKCE, refresh, revocation. */
export class EdgeOAuth {
  readonly #edgeUrl: string
  readonly #fetch: typeof fetch
  readonly #now: () => number

  constructor(edgeUrl: string, fetch_: typeof fetch, now: () => number) {
    this.#edgeUrl = edgeUrl
    this.#fetch = fetch_
    this.#now = now
  }

  /** @throws what discovery throws when the edge cannot be reached */
  async begin(redirectUri: string): Promise<Authorization> {
    const configuration = await this.#discover()
    const verifier = oauth.randomPKCECodeVerifier()
    const state = oauth.randomState()
    const url = oauth.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
    })
    return { url: url.href, state, verifier }
  }

  /** @param answer the whole address at which the browser came back */
  async finish(answer: URL, { state, verifier }: Authorization): Promise<TokenAnswer> {
    return this.#ask(async (configuration) =>
      oauth.authorizationCodeGrant(configuration, answer, {
        expectedState: state,
        pkceCodeVerifier: verifier,
      }),
    )
  }

  async refresh(refreshToken: string): Promise<TokenAnswer> {
    return this.#ask((configuration) => oauth.refreshTokenGrant(configuration, refreshToken))
  }

  /** Ends the session at the edge, if that can be reached. */
  async revoke(refreshToken: string): Promise<void> {
    try {
      await oauth.tokenRevocation(await this.#discover(), refreshToken)
    } catch {
      // The person sees it in the list of devices, and can end it there.
    }
  }

  async #ask(
    ask: (configuration: oauth.Configuration) => Promise<oauth.TokenEndpointResponse>,
  ): Promise<TokenAnswer> {
    try {
      const answer = await ask(await this.#discover())
      const { access_token: accessToken, refresh_token: refreshToken, expires_in } = answer
      if (!refreshToken) return { kind: 'refused', reason: 'The edge gave no refresh token.' }
      const expiresAt = this.#now() + (expires_in ?? 0) * 1_000
      return { kind: 'tokens', tokens: { accessToken, refreshToken, expiresAt } }
    } catch (error) {
      return judged(error)
    }
  }

  /** Asked anew each time: an edge that was away must not be remembered as such. */
  #discover(): Promise<oauth.Configuration> {
    const url = new URL(this.#edgeUrl)
    return oauth.discovery(url, CLIENT_ID, undefined, oauth.None(), {
      algorithm: 'oauth2',
      timeout: OAUTH_TIMEOUT_S,
      [oauth.customFetch]: this.#fetch,
      // The configuration takes http on this very computer alone.
      execute: url.protocol === 'http:' ? [oauth.allowInsecureRequests] : [],
    })
  }
}

function judged(error: unknown): TokenAnswer {
  if (error instanceof oauth.AuthorizationResponseError) {
    return { kind: 'refused', reason: error.error_description ?? error.error }
  }
  if (error instanceof oauth.ResponseBodyError && error.status < 500) {
    return { kind: 'refused', reason: error.error_description ?? error.error }
  }
  return { kind: 'unreachable', reason: 'The edge cannot be reached.' }
}
