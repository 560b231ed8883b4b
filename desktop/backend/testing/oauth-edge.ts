import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { Me } from '../session/kept-session.ts'

/** A small edge that signs one person in: codes, refresh tokens that work once, and `GET /api/v1/me`. */
export type OAuthEdge = {
  url: string
  me: Me
  /** The one refresh token that works; null after the session was ended. */
  refreshToken: string | null
  /** How often a token was refreshed. */
  refreshes: number
  revoked: string[]
  /** Lifetime of access tokens. */
  expiresInS: number
  /** What `/api/v1/me` and everything else says of a good token; null for an answer. */
  refusal: { status: number; code: string } | null
  /** Takes the refresh token and cuts the connection before the answer. */
  loseNextAnswer: boolean
  /** Held before each refresh is answered. */
  beforeRefresh: () => Promise<void>
  /** The browser's part: says yes, and goes where the answer belongs. */
  allow(authorizationUrl: string): Promise<string>
  close(): Promise<void>
}

export const ME: Me = {
  userId: 'usr_1',
  sessionId: 'ses_1',
  email: 'ada@demo.example',
  name: 'Ada Example',
  role: 'marketer',
  workspace: { id: 'demo', name: 'Demo' },
  permissions: [{ permission: 'sync:read', confirm: false }],
}

/** @param port 0 takes any free one */
export const startOAuthEdge = async (port = 0): Promise<OAuthEdge> => {
  let accessToken = ''
  let issued = 0
  /** The last refresh token that was used up, and what came of it: a lost answer may be asked for again. */
  let successor: { of: string; token: string } | null = null

  const tokens = () => {
    issued += 1
    accessToken = `access-${issued}`
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: edge.expiresInS,
      refresh_token: edge.refreshToken,
    }
  }
  const refresh = async (given: string | null) => {
    edge.refreshes += 1
    await edge.beforeRefresh()
    if (successor !== null && given === successor.of && edge.refreshToken === successor.token) {
      return { status: 200, body: tokens() }
    }
    if (edge.refreshToken === null || given !== edge.refreshToken) {
      edge.refreshToken = null
      return { status: 400, body: { error: 'invalid_grant' } }
    }
    edge.refreshToken = `refresh-${edge.refreshes}`
    successor = { of: given, token: edge.refreshToken }
    return { status: 200, body: tokens() }
  }
  const answer = async (request: IncomingMessage) => {
    const path = new URL(request.url ?? '/', edge.url).pathname
    const form = new URLSearchParams(await readBody(request))
    switch (path) {
      case '/.well-known/oauth-authorization-server':
        return { status: 200, body: metadata(edge.url) }
      case '/oauth/token':
        if (form.get('grant_type') === 'refresh_token') return refresh(form.get('refresh_token'))
        edge.refreshToken = 'refresh-0'
        return { status: 200, body: tokens() }
      case '/oauth/revoke':
        edge.revoked.push(form.get('token') ?? '')
        edge.refreshToken = null
        return { status: 200, body: {} }
      case '/api/v1/me': {
        const isGood = request.headers.authorization === `Bearer ${accessToken}`
        if (edge.refusal) return { status: edge.refusal.status, body: { code: edge.refusal.code } }
        return isGood ? { status: 200, body: edge.me } : { status: 401, body: {} }
      }
      default:
        return { status: 404, body: {} }
    }
  }
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      const isRefresh = request.url === '/oauth/token'
      if (edge.loseNextAnswer && isRefresh) {
        edge.loseNextAnswer = false
        request.socket.destroy()
        return
      }
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  const edge: OAuthEdge = {
    url: `http://127.0.0.1:${address.port}`,
    me: ME,
    refreshToken: null,
    refreshes: 0,
    revoked: [],
    expiresInS: 900,
    refusal: null,
    loseNextAnswer: false,
    beforeRefresh: async () => {},
    async allow(authorizationUrl) {
      const asked = new URL(authorizationUrl).searchParams
      const back = new URL(asked.get('redirect_uri') ?? '')
      back.searchParams.set('code', 'code-1')
      back.searchParams.set('state', asked.get('state') ?? '')
      back.searchParams.set('iss', edge.url)
      return (await fetch(back)).text()
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return edge
}

const metadata = (url: string) => ({
  issuer: url,
  authorization_endpoint: `${url}/oauth/authorize`,
  token_endpoint: `${url}/oauth/token`,
  revocation_endpoint: `${url}/oauth/revoke`,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
})

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
