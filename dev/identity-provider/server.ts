import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Provider, { type Configuration, interactionPolicy } from 'oidc-provider'
import { answerInteraction, INTERACTION_PATH } from './interactions.ts'
import { IDENTITY_PROVIDER_HOST, type ProvidedPerson } from './people.ts'

const HOST = IDENTITY_PROVIDER_HOST
/** Our callbacks, on whatever port and under whichever id of a connection. */
const CALLBACK = /^http:\/\/(127\.0\.0\.1|localhost):\d+\/sso\/callback\/[\w-]+$/

export type DemoAlgorithm = 'RS256' | 'ES256' | 'EdDSA'

export interface IdentityProviderOptions {
  /** 0 takes any free port. */
  port: number
  people: readonly ProvidedPerson[]
  /** Of all of them. */
  password: string
  clientId: string
  /** Without one the client is public: PKCE alone. */
  clientSecret?: string
  algorithm?: DemoAlgorithm
  /** Whether ID tokens are short, and the rest is said at the userinfo endpoint. */
  shortIdTokens?: boolean
}

export interface IdentityProvider {
  /** The issuer. */
  url: string
  stop(): Promise<void>
}

/**
 * A company's identity provider for one machine: the real `oidc-provider`, which keeps everything in memory.
 * For demos and tests alone.
 */
export async function startIdentityProvider(
  options: IdentityProviderOptions,
): Promise<IdentityProvider> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, HOST, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  const url = `http://${HOST}:${port}`
  const provider = new Provider(
    url,
    configuration(options, () => provider),
  )
  provider.Client.prototype.redirectUriAllowed = (uri: string) => CALLBACK.test(uri)
  const answer = provider.callback()
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // A name that an attacker's page lets point here (DNS rebinding) is none of ours.
    if (request.headers.host !== `${HOST}:${port}`) {
      response.writeHead(421).end('Open it by its address.\n')
    } else if (request.url?.startsWith(INTERACTION_PATH)) {
      const { people, password } = options
      answerInteraction(provider, people, password, request, response).catch(() =>
        response.writeHead(400).end('This sign-in is over.\n'),
      )
    } else {
      answer(request, response)
    }
  })
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function configuration(
  { people, clientId, clientSecret, algorithm = 'ES256', shortIdTokens }: IdentityProviderOptions,
  provider: () => Provider,
): Configuration {
  return {
    clients: [
      {
        client_id: clientId,
        ...(clientSecret === undefined
          ? { token_endpoint_auth_method: 'none' }
          : { client_secret: clientSecret }),
        redirect_uris: ['http://127.0.0.1/sso/callback/any'],
        id_token_signed_response_alg: algorithm,
      },
    ],
    jwks: { keys: [signingKey(algorithm)] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      groups: ['groups'],
    },
    conformIdTokenClaims: shortIdTokens === true,
    features: { devInteractions: { enabled: false } },
    interactions: {
      url: (_ctx, { uid }) => `${INTERACTION_PATH}${uid}`,
      policy: askingAgain(people),
    },
    findAccount(_ctx, login) {
      const person = people.find((each) => each.login === login)
      return person && { accountId: login, claims: () => claimsOf(person) }
    },
    async loadExistingGrant(ctx) {
      const { client, session, params } = ctx.oidc
      if (!client || !session?.accountId) return undefined
      const { Grant } = provider()
      const grant = new Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope(String(params?.scope))
      await grant.save()
      return grant
    },
    ttl: { AccessToken: 600, IdToken: 600, Interaction: 600, Session: 3_600, Grant: 3_600 },
  }
}

/** On one machine one person plays them all: whoever is signed in here, an address of another one is asked for. */
function askingAgain(people: readonly ProvidedPerson[]): interactionPolicy.DefaultPolicy {
  const { Check, base } = interactionPolicy
  const policy = base()
  const isOther = new Check('other_person', 'another person is meant', (ctx) => {
    const { params, session, result } = ctx.oidc
    const meant = people.find(({ email }) => email === params?.login_hint)
    const isMeant = !meant || result?.login !== undefined || meant.login === session?.accountId
    return isMeant ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT
  })
  policy.get('login')?.checks.add(isOther)
  return policy
}

function claimsOf({ login, name, email, emailVerified, groups }: ProvidedPerson) {
  return { sub: login, name, email, email_verified: emailVerified, groups }
}

function signingKey(algorithm: DemoAlgorithm) {
  const { privateKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : algorithm === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519')
  return { ...privateKey.export({ format: 'jwk' }), alg: algorithm, use: 'sig', kid: 'demo' }
}
