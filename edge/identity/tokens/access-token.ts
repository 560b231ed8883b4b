import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { WebCryptoKey } from '../../sealing/webcrypto-key.ts'
import { headerOfCompactJws } from './compact-jws.ts'

export const ACCESS_TOKEN_LIFETIME_S = 900
/** How far the clocks of two edges may be apart. */
const CLOCK_TOLERANCE_S = 30
const MAX_TOKEN_CHARS = 4_096

/** What an access token says (RFC 9068): who, through which app, in which workspace; not what they may do. */
export const AccessClaims = z.object({
  iss: z.url({ protocol: /^https?$/ }).max(300),
  /** One audience: a list would make it good for another service, too. */
  aud: z.string().min(1).max(300),
  sub: z.string().regex(/^usr_[\w-]{1,64}$/),
  client_id: z.string().min(1).max(300),
  sid: z.string().regex(/^ses_[\w-]{1,64}$/),
  workspace: z.string().regex(/^[a-z0-9]{2,32}$/),
  jti: z.string().min(16).max(64),
  /** Seconds since 1970. */
  iat: z.int().nonnegative(),
  exp: z.int().nonnegative(),
})
export type AccessClaims = z.infer<typeof AccessClaims>

/**
 * All that our own tokens have. Strict, so that `crit` (RFC 7515, 4.1.11: not understood is refused), `b64`
 * and every header that brings or names a key (`jwk`, `jku`, `x5c`, `x5u`) make the token foreign.
 */
const Header = z.strictObject({
  alg: z.literal('EdDSA'),
  typ: z.literal('at+jwt'),
  kid: z.string().min(1).max(100),
})

export type AccessTokenCheck =
  | { kind: 'valid'; claims: AccessClaims }
  /** It was ours and good: the app should use its refresh token. */
  | { kind: 'expired' }
  | { kind: 'refused'; reason: string }

/** @param key an Ed25519 private key that signs access tokens and nothing else, under its public id */
export async function signAccessToken(
  claims: Omit<AccessClaims, 'iat' | 'exp' | 'jti'>,
  key: { kid: string; privateKey: WebCryptoKey },
  nowMs: number,
): Promise<string> {
  const iat = Math.floor(nowMs / 1000)
  const all = AccessClaims.parse({
    ...claims,
    jti: crypto.randomUUID(),
    iat,
    exp: iat + ACCESS_TOKEN_LIFETIME_S,
  })
  return new SignJWT(all)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: key.kid })
    .sign(key.privateKey)
}

export interface ExpectedToken {
  issuer: string
  audience: string
  /** The public key of an id if it signs access tokens, else null. */
  keyOf: (kid: string) => Promise<WebCryptoKey | null>
  nowMs: number
}

/**
 * Verifies by the rules of RFC 8725: algorithm and type are pinned, the key comes from us, issuer and
 * audience are exact. Hostile input never throws.
 *
 * @param expected.keyOf what it throws goes on to the caller: keys that cannot be read are an outage (503), not a wrong token (401).
 */
export async function verifyAccessToken(
  token: string,
  expected: ExpectedToken,
): Promise<AccessTokenCheck> {
  const header = Header.safeParse(headerOfCompactJws(token, MAX_TOKEN_CHARS))
  if (!header.success) return refused('It is not an access token of this edge.')
  const key = await expected.keyOf(header.data.kid)
  if (!key) return refused('Its key signs no access tokens here.')
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      issuer: expected.issuer,
      audience: expected.audience,
      currentDate: new Date(expected.nowMs),
      clockTolerance: CLOCK_TOLERANCE_S,
      requiredClaims: Object.keys(AccessClaims.shape),
    })
    const claims = AccessClaims.safeParse(payload)
    if (!claims.success) return refused('Its claims are not those of an access token.')
    return timely(claims.data, expected.nowMs)
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { kind: 'expired' }
    if (error instanceof errors.JOSEError) return refused(`It does not verify (${error.code}).`)
    throw error
  }
}

/** Whether now is the time of claims that were verified, now or before. jose does not look at `iat`. */
export function timely(claims: AccessClaims, nowMs: number): AccessTokenCheck {
  if (claims.exp <= Math.floor(nowMs / 1000) - CLOCK_TOLERANCE_S) return { kind: 'expired' }
  if (claims.iat > nowMs / 1000 + CLOCK_TOLERANCE_S) return refused('It was made in the future.')
  if (claims.exp - claims.iat > ACCESS_TOKEN_LIFETIME_S) return refused('It lives for too long.')
  return { kind: 'valid', claims }
}

function refused(reason: string): AccessTokenCheck {
  return { kind: 'refused', reason }
}
