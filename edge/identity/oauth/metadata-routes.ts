import { PERMISSIONS } from '#shared/access/matrix.ts'
import { type ApiApp, apiApp } from '../../api/api-app.ts'
import { audienceOf, issuerOf } from '../issuer.ts'
import { publicKeysOf } from '../signing-keys/signing-keys-of.ts'

/** Clients look again within minutes, so that a new key is known before it signs much. */
const METADATA_MAX_AGE_S = 300

/** What a client needs to know to sign people in: RFC 8414, RFC 9728, and the public keys (RFC 7517). */
export function metadataRoutes(): ApiApp {
  const app = apiApp()
  const headers = {
    'cache-control': `public, max-age=${METADATA_MAX_AGE_S}`,
    'access-control-allow-origin': '*',
  }
  app.get('/.well-known/oauth-authorization-server', (c) =>
    c.json(serverMetadata(issuerOf(c.env, c.req.url)), 200, headers),
  )
  // RFC 9728, 3.1: the path of the resource stands behind the well-known part.
  app.get('/.well-known/oauth-protected-resource/api', (c) => {
    const issuer = issuerOf(c.env, c.req.url)
    const resource = { resource: audienceOf(issuer), authorization_servers: [issuer] }
    return c.json(
      { ...resource, bearer_methods_supported: ['header'], scopes_supported: PERMISSIONS },
      200,
      headers,
    )
  })
  app.get('/.well-known/jwks.json', async (c) =>
    c.json({ keys: await publicKeysOf(c.env, 'access_token') }, 200, headers),
  )
  return app
}

function serverMetadata(issuer: string) {
  const authentication = ['none', 'client_secret_basic', 'client_secret_post']
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: PERMISSIONS,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: authentication,
    revocation_endpoint_auth_methods_supported: authentication,
    introspection_endpoint_auth_methods_supported: authentication.slice(1),
    authorization_response_iss_parameter_supported: true,
    ui_locales_supported: ['en', 'de'],
  }
}
