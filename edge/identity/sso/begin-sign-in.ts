import * as oauth from 'oauth4webapi'
import type { Provider } from './provider.ts'

export interface Question {
  /** Where the browser goes. */
  url: string
  state: string
  nonce: string
  /** PKCE: only this browser's cookie has it (RFC 7636). */
  verifier: string
}

/**
 * What the provider is asked: who is this, once, for this browser.
 *
 * @param asked.freshly whether the person shows again who they are, although the provider knows them
 */
export async function questionFor(
  provider: Provider,
  asked: {
    clientId: string
    redirectUri: string
    roleClaim: string | null
    email: string | null
    freshly: boolean
  },
): Promise<Question> {
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const verifier = oauth.generateRandomCodeVerifier()
  const url = new URL(provider.authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: asked.clientId,
    redirect_uri: asked.redirectUri,
    scope: scopeFor(provider, asked.roleClaim),
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(asked.email === null ? {} : { login_hint: asked.email }),
    ...(asked.freshly ? { prompt: 'login', max_age: '0' } : {}),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { url: url.href, state, nonce, verifier }
}

/** Some providers say groups only to who asks for the scope of that name. */
function scopeFor({ scopes_supported }: Provider, roleClaim: string | null): string {
  const more =
    roleClaim !== null && scopes_supported?.includes(roleClaim) === true ? [roleClaim] : []
  return [...new Set(['openid', 'email', 'profile', ...more])].join(' ')
}
