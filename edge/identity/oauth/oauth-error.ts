/** Refusals of the token, revocation and introspection endpoints: RFC 6749, 5.2. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable'

const STATUS: Record<OAuthErrorCode, number> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unsupported_grant_type: 400,
  temporarily_unavailable: 503,
}

/** Tokens and what is said about them are nobody's to keep. */
export const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' }

export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  constructor(code: OAuthErrorCode, description: string) {
    super(description)
    this.name = 'OAuthError'
    this.code = code
  }
}

export function oauthErrorResponse(error: OAuthError): Response {
  const headers = new Headers(NO_STORE)
  if (error.code === 'invalid_client') headers.set('www-authenticate', 'Basic realm="edgewise"')
  if (error.code === 'temporarily_unavailable') headers.set('retry-after', '2')
  const body = { error: error.code, error_description: error.message }
  return Response.json(body, { status: STATUS[error.code], headers })
}
