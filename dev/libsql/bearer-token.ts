import { createHash, timingSafeEqual } from 'node:crypto'
import { HttpFailure } from './http-reply.ts'

/** A token's digest: what the server keeps of it. */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** @throws HttpFailure 401 unless the header carries the token. No expected digest lets all pass. */
export function authorize(expected: Buffer | undefined, header: string | undefined): void {
  if (!expected) return
  const token = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1]
  if (token === undefined) {
    throw new HttpFailure(
      401,
      'The request needs the header "Authorization: Bearer <token>".',
      'AUTH_HTTP_HEADER_MISSING',
    )
  }
  // Digests have one length, so the comparison tells nothing of the token, not even how long it is.
  if (!timingSafeEqual(tokenDigest(token), expected)) {
    throw new HttpFailure(401, 'The bearer token is not the right one.', 'AUTH_JWT_INVALID')
  }
}
