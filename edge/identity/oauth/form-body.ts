import { type Parameters, parametersOf } from './authorization-request.ts'
import { OAuthError } from './oauth-error.ts'

/** More than any grant needs. */
const MAX_FORM_BYTES = 16_384

/** @throws OAuthError for another type of body, or one that is too large */
export async function formOf(request: Request): Promise<Parameters> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('invalid_request', 'Send application/x-www-form-urlencoded.')
  }
  if (Number(request.headers.get('content-length') ?? 0) > MAX_FORM_BYTES) throw tooLarge()
  const text = await request.text()
  if (text.length > MAX_FORM_BYTES) throw tooLarge()
  return parametersOf(new URLSearchParams(text))
}

const tooLarge = () => new OAuthError('invalid_request', 'The body is too large.')
