import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PERMISSIONS } from '#shared/access/matrix.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import type { TestPerson } from '#tests/platform/test-person.ts'
import { apiCaller } from './api-caller.ts'
import { type BrowserOverHttp, CONSOLE, signIn } from './browser-over-http.ts'

const SERVER_REDIRECT = 'https://reports.example/back'
/** One machine has no https. */
const insecure = { [oauth.allowInsecureRequests]: true }

let platform: TestPlatform
let person: TestPerson
let browser: BrowserOverHttp
let issuer: URL
/** An app with a secret, registered for a part of what the person has. */
let confidential: { clientId: string; clientSecret: string }

beforeAll(async () => {
  platform = await startTestPlatform()
  issuer = new URL(platform.edge.url)
  person = await platform.addPerson({ role: 'owner' })
  const signedIn = await signIn(platform.edge.url, person)
  browser = signedIn.browser
  const made = await apiCaller(platform.edge.url, signedIn.accessToken)('POST', 'apps', {
    name: 'Reports',
    redirectUris: [SERVER_REDIRECT],
    permissions: ['stats:read', 'slots:read', 'me:read'],
    confidential: true,
  })
  confidential = z
    .object({ clientId: z.string(), clientSecret: z.string() })
    .parse(await made.json())
})

afterAll(() => platform.stop())

const Me = z.object({
  userId: z.string(),
  permissions: z.array(z.looseObject({ permission: z.string() })),
})

/** Says yes to what a client's own library asks for. */
const allow = (url: URL) => browser.allow(Object.fromEntries(url.searchParams), 'demo')

async function discover(): Promise<oauth.AuthorizationServer> {
  const answer = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
  return oauth.processDiscoveryResponse(issuer, answer)
}

describe('oauth4webapi', () => {
  test('as a public client: discovery, code with PKCE, API, refresh, revocation', async () => {
    const server = await discover()
    const client: oauth.Client = { client_id: CONSOLE.clientId }
    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const url = new URL(server.authorization_endpoint ?? '')
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: CONSOLE.redirectUri,
      response_type: 'code',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
    }).toString()
    // Checks state, and iss because the metadata promise it (RFC 9207).
    const parameters = oauth.validateAuthResponse(server, client, await allow(url), state)
    const granted = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        parameters,
        CONSOLE.redirectUri,
        verifier,
        insecure,
      ),
    )
    const call = (token: string) =>
      oauth.protectedResourceRequest(
        token,
        'GET',
        new URL('/api/v1/me', issuer),
        undefined,
        null,
        insecure,
      )
    const me = Me.parse(await (await call(granted.access_token)).json())
    expect(me.userId).toBe(person.userId)
    // Asked for no scope: all that the person may do.
    expect(granted.scope?.split(' ')).toEqual(PERMISSIONS)
    expect(me.permissions.map(({ permission }) => permission)).toEqual(PERMISSIONS)

    const refreshed = await oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(
        server,
        client,
        oauth.None(),
        granted.refresh_token ?? '',
        insecure,
      ),
    )
    expect((await call(refreshed.access_token)).status).toBe(200)
    expect(refreshed.refresh_token).not.toBe(granted.refresh_token)

    const revoked = await oauth.revocationRequest(
      server,
      client,
      oauth.None(),
      refreshed.refresh_token ?? '',
      insecure,
    )
    await oauth.processRevocationResponse(revoked)
    await expect(
      oauth.processRefreshTokenResponse(
        server,
        client,
        await oauth.refreshTokenGrantRequest(
          server,
          client,
          oauth.None(),
          refreshed.refresh_token ?? '',
          insecure,
        ),
      ),
    ).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  test('finds the server from the API’s own address (RFC 9728)', async () => {
    const resource = new URL('/api', issuer)
    const answer = await oauth.resourceDiscoveryRequest(resource, insecure)
    const metadata = await oauth.processResourceDiscoveryResponse(resource, answer)
    expect(metadata.authorization_servers).toEqual([issuer.origin])
  })

  test('verifies an access token as RFC 9068 demands', async () => {
    const server = await discover()
    const { accessToken } = await browser.letIn('demo')
    const request = new Request(new URL('/api/v1/me', issuer), {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    const claims = await oauth.validateJwtAccessToken(server, request, `${issuer.origin}/api`, {
      ...insecure,
      signingAlgorithms: ['EdDSA', 'Ed25519'],
    })
    expect(claims.sub).toBe(person.userId)
  })

  test('is told that a token is missing or not good, by a challenge it understands', async () => {
    for (const token of ['not.a.token', `${(await browser.letIn('demo')).accessToken}x`]) {
      await expect(
        oauth.protectedResourceRequest(
          token,
          'GET',
          new URL('/api/v1/me', issuer),
          undefined,
          null,
          insecure,
        ),
      ).rejects.toMatchObject({ cause: [{ scheme: 'bearer' }] })
    }
    const answer = await fetch(new URL('/api/v1/me', issuer))
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="edgewise"',
    ])
  })
})

describe('openid-client', () => {
  const configure = async (authentication: openid.ClientAuth) =>
    openid.discovery(issuer, confidential.clientId, confidential.clientSecret, authentication, {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    })

  test.each([
    ['Basic', () => openid.ClientSecretBasic(confidential.clientSecret)],
    ['the body', () => openid.ClientSecretPost(confidential.clientSecret)],
  ])('as a client with a secret in %s: the whole way, introspection included', async (_how, by) => {
    const config = await configure(by())
    const verifier = openid.randomPKCECodeVerifier()
    const state = openid.randomState()
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: SERVER_REDIRECT,
      scope: 'stats:read me:read',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
    })
    const tokens = await openid.authorizationCodeGrant(config, await allow(url), {
      pkceCodeVerifier: verifier,
      expectedState: state,
    })
    const me = await openid.fetchProtectedResource(
      config,
      tokens.access_token,
      new URL('/api/v1/me', issuer),
      'GET',
    )
    expect(Me.parse(await me.json()).permissions.map(({ permission }) => permission)).toEqual([
      'stats:read',
      'me:read',
    ])

    expect(tokens.scope).toBe('stats:read me:read')
    const told = await openid.tokenIntrospection(config, tokens.access_token)
    expect(told).toMatchObject({
      active: true,
      sub: person.userId,
      client_id: confidential.clientId,
      scope: 'stats:read me:read',
      iss: issuer.origin,
    })
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(refreshed.scope).toBe('stats:read me:read')
    expect((await openid.tokenIntrospection(config, refreshed.access_token)).active).toBe(true)
    await openid.tokenRevocation(config, refreshed.refresh_token ?? '')
    await expect(
      openid.refreshTokenGrant(config, refreshed.refresh_token ?? ''),
    ).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    expect((await openid.tokenIntrospection(config, 'nobody-gave-this')).active).toBe(false)
  })

  test('with a wrong secret gets nothing', async () => {
    const config = await configure(openid.ClientSecretBasic('ecs_wrong'))
    await expect(openid.tokenIntrospection(config, 'x')).rejects.toMatchObject({
      status: 401,
    })
  })
})

describe('the metadata', () => {
  test('have what RFC 8414 demands, and every address in them answers', async () => {
    const answer = await fetch(new URL('/.well-known/oauth-authorization-server', issuer))
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    const metadata = z
      .object({
        issuer: z.literal(issuer.origin),
        authorization_endpoint: z.url(),
        token_endpoint: z.url(),
        revocation_endpoint: z.url(),
        introspection_endpoint: z.url(),
        jwks_uri: z.url(),
        response_types_supported: z.tuple([z.literal('code')]),
        response_modes_supported: z.tuple([z.literal('query')]),
        grant_types_supported: z.tuple([
          z.literal('authorization_code'),
          z.literal('refresh_token'),
        ]),
        code_challenge_methods_supported: z.tuple([z.literal('S256')]),
        token_endpoint_auth_methods_supported: z.array(z.string()),
        revocation_endpoint_auth_methods_supported: z.array(z.string()),
        // Nobody without a secret may ask.
        introspection_endpoint_auth_methods_supported: z
          .array(z.string())
          .refine((all) => !all.includes('none')),
        authorization_response_iss_parameter_supported: z.literal(true),
        scopes_supported: z.array(z.enum(PERMISSIONS)).length(PERMISSIONS.length),
        ui_locales_supported: z.array(z.string()),
      })
      .strict()
      .parse(await answer.json())
    for (const [name, method] of [
      ['authorization_endpoint', 'GET'],
      ['token_endpoint', 'POST'],
      ['revocation_endpoint', 'POST'],
      ['introspection_endpoint', 'POST'],
      ['jwks_uri', 'GET'],
    ] as const) {
      const { origin } = new URL(metadata[name])
      expect(origin).toBe(issuer.origin)
      const { status } = await fetch(metadata[name], { method, redirect: 'manual' })
      expect([200, 400, 401], name).toContain(status)
    }
  })

  test('of the API have what RFC 9728 demands', async () => {
    const answer = await fetch(new URL('/.well-known/oauth-protected-resource/api', issuer))
    expect(await answer.json()).toEqual({
      resource: `${issuer.origin}/api`,
      authorization_servers: [issuer.origin],
      bearer_methods_supported: ['header'],
      scopes_supported: PERMISSIONS,
    })
  })

  test('lead to public keys that verify a token, and to nothing private (jose)', async () => {
    const jwks = new URL('/.well-known/jwks.json', issuer)
    const { keys } = z
      .object({ keys: z.array(z.record(z.string(), z.string())) })
      .parse(await (await fetch(jwks)).json())
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) {
      expect(key).toMatchObject({ kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA' })
      expect(key).not.toHaveProperty('d')
    }
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
    const { accessToken } = await browser.letIn('demo')
    const { payload, protectedHeader } = await jwtVerify(accessToken, createRemoteJWKSet(jwks), {
      issuer: issuer.origin,
      audience: `${issuer.origin}/api`,
      typ: 'at+jwt',
      algorithms: ['EdDSA'],
      requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
    })
    expect(payload).toMatchObject({
      sub: person.userId,
      client_id: CONSOLE.clientId,
      workspace: 'demo',
    })
    // What somebody may do is asked, never carried.
    expect(Object.keys(payload).filter((name) => /role|scope|permission/.test(name))).toEqual([])
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid', 'typ'])
  })
})
