import type { StoreClient } from '../../store/client.ts'
import { constantTimeEqual, sha256Hex } from '../random-secret.ts'
import { only, type Parameters } from './authorization-request.ts'
import { findClient, type OAuthClient } from './clients.ts'
import { OAuthError } from './oauth-error.ts'

/**
 * Which client calls: a public one by its id, a confidential one with its secret, as Basic or in the body
 * (RFC 6749, 2.3), never both.
 *
 * @throws OAuthError invalid_client, invalid_request
 */
export async function authenticatedClient(
  control: StoreClient,
  headers: Headers,
  body: Parameters,
): Promise<OAuthClient> {
  const basic = basicOf(headers.get('authorization'))
  const secretInBody = only(body, 'client_secret')
  if (basic && secretInBody !== null) {
    throw new OAuthError('invalid_request', 'The client authenticates in two ways at once.')
  }
  const id = basic?.id ?? only(body, 'client_id')
  if (!id) throw new OAuthError('invalid_client', 'client_id is missing.')
  const client = await findClient(control, id)
  if (!client) throw new OAuthError('invalid_client', 'There is no such client.')
  const secret = basic?.secret ?? secretInBody
  if (client.secretHash === null) {
    if (secret) throw new OAuthError('invalid_client', 'This client has no secret.')
    return client
  }
  const isRight = secret && constantTimeEqual(await sha256Hex(secret), client.secretHash)
  if (!isRight) throw new OAuthError('invalid_client', 'The client secret is missing or wrong.')
  return client
}

/** Both parts are form-encoded before they are put together. */
function basicOf(authorization: string | null): { id: string; secret: string } | null {
  const match = /^basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')
  if (!match?.[1]) return null
  try {
    const [id = '', secret = ''] = atob(match[1]).split(':', 2)
    const decoded = (part: string) => decodeURIComponent(part.replaceAll('+', ' '))
    return { id: decoded(id), secret: decoded(secret) }
  } catch {
    throw new OAuthError('invalid_client', 'The Authorization header cannot be read.')
  }
}
