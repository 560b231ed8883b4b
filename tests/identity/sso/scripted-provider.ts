import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose'

type Key = Awaited<ReturnType<typeof generateKeyPair>>

/**
 * A provider that answers as a test tells it, also as no honest one would. What an honest one does is
 * tested with the real `oidc-provider`.
 */
export class ScriptedProvider {
  /** Put over the metadata. */
  metadata: Record<string, unknown> = {}
  /** What the token endpoint answers. */
  tokens: () => Promise<unknown> | unknown = () => ({})
  /** What the userinfo endpoint answers. */
  userinfo: Record<string, unknown> = {}
  /** What reached the token endpoint. */
  readonly redeemed: URLSearchParams[] = []
  readonly #server: Server
  readonly #key: Key
  readonly publicJwk: JWK

  private constructor(key: Key, publicJwk: JWK) {
    this.#key = key
    this.publicJwk = publicJwk
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(): Promise<ScriptedProvider> {
    const key = await generateKeyPair('RS256', { extractable: true })
    const publicJwk = { ...(await exportJWK(key.publicKey)), kid: 'k1', use: 'sig' }
    const provider = new ScriptedProvider(key, publicJwk)
    provider.#server.listen(0, '127.0.0.1')
    await once(provider.#server, 'listening')
    return provider
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Honest again. */
  reset(): void {
    this.metadata = {}
    this.tokens = () => ({})
    this.userinfo = {}
    this.redeemed.length = 0
  }

  /** A right ID token in answer to a question, but for what is put over it. */
  idToken(
    question: URL,
    claims: Record<string, unknown> = {},
    header: Partial<JWTHeaderParameters> = {},
  ): Promise<string> {
    return new SignJWT(this.claims(question, claims))
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
      .sign(this.#key.privateKey)
  }

  claims(question: URL, claims: Record<string, unknown> = {}): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1_000)
    return {
      iss: this.url,
      sub: 'subject-1',
      aud: question.searchParams.get('client_id'),
      nonce: question.searchParams.get('nonce'),
      iat: now,
      exp: now + 300,
      email: question.searchParams.get('login_hint'),
      email_verified: true,
      ...claims,
    }
  }

  /** Answers the next code with this ID token. */
  answerWith(idToken: string): void {
    this.tokens = () => ({ access_token: 'at', token_type: 'Bearer', id_token: idToken })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const json = (value: unknown) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
    switch (request.url?.split('?')[0]) {
      case '/.well-known/openid-configuration':
        return void json({
          issuer: this.url,
          authorization_endpoint: `${this.url}/auth`,
          token_endpoint: `${this.url}/token`,
          jwks_uri: `${this.url}/jwks`,
          userinfo_endpoint: `${this.url}/me`,
          id_token_signing_alg_values_supported: ['RS256'],
          ...this.metadata,
        })
      case '/jwks':
        return void json({ keys: [this.publicJwk] })
      case '/token':
        this.redeemed.push(new URLSearchParams(await text(request)))
        return void json(await this.tokens())
      case '/me':
        return void json(this.userinfo)
      default:
        return void response.writeHead(404).end()
    }
  }
}
