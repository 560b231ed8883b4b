import { z } from 'zod'
import { headerOfCompactJws } from '../tokens/compact-jws.ts'

/** Groups of a large company fill kilobytes. */
const MAX_TOKEN_CHARS = 65_536
/** Clocks of others are off by as much. */
export const CLOCK_TOLERANCE_S = 60
/** It was made in answer to this sign-in, which takes no longer. */
const MAX_AGE_S = 600
const MAX_SUBJECT_CHARS = 255

/** With public keys alone: with HS256, whoever knows the client's secret signs. */
export const SIGNING_ALGORITHMS = ['RS256', 'ES256', 'EdDSA', 'Ed25519'] as const
const Algorithm = z.enum(SIGNING_ALGORITHMS)

const Header = z.looseObject({
  alg: Algorithm,
  // Some leave it out; an access token or a logout token of the same provider has another one.
  typ: z.string().regex(/^jwt$/i).optional(),
  crit: z.never().optional(),
})

/**
 * Whether a token is one at all that a provider may sign: spelled strictly, with an algorithm that this
 * provider says it uses. Nothing in it is believed yet.
 *
 * @param offered `id_token_signing_alg_values_supported` of the provider's metadata
 * @returns the algorithm; null for what is refused before any key is looked for
 */
export function idTokenAlgorithm(
  token: string,
  offered: readonly string[],
): z.infer<typeof Algorithm> | null {
  const header = Header.safeParse(headerOfCompactJws(token, MAX_TOKEN_CHARS))
  if (!header.success || !offered.includes(header.data.alg)) return null
  return header.data.alg
}

const Claims = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1).max(MAX_SUBJECT_CHARS),
  aud: z.union([z.string(), z.array(z.string()).length(1)]),
  azp: z.string().optional(),
  exp: z.number(),
  iat: z.number(),
  nonce: z.string(),
})
export type IdTokenClaims = z.infer<typeof Claims>

export type ClaimsCheck =
  | { kind: 'right'; claims: IdTokenClaims }
  /** For logs; it repeats nothing of the token. */
  | { kind: 'wrong'; reason: string }

/**
 * Whether a token's claims are an answer to this sign-in (OpenID Connect Core, 3.1.3.7), stricter in two
 * points: it is for this client and nobody else, and it is new.
 *
 * @param now Unix milliseconds
 */
export function checkIdTokenClaims(
  claims: unknown,
  expected: { issuer: string; clientId: string; nonce: string; now: number },
): ClaimsCheck {
  const read = Claims.safeParse(claims)
  if (!read.success) {
    return wrong(`The claim ${String(read.error.issues[0]?.path[0])} is missing or wrong.`)
  }
  const { iss, aud, azp, exp, iat, nonce } = read.data
  const nowS = expected.now / 1_000
  if (iss !== expected.issuer) return wrong('It is of another issuer.')
  if ((typeof aud === 'string' ? aud : aud[0]) !== expected.clientId) {
    return wrong('It is for another client.')
  }
  if (azp !== undefined && azp !== expected.clientId)
    return wrong('It was given to another client.')
  if (nonce !== expected.nonce) return wrong('It answers another sign-in.')
  if (exp <= nowS - CLOCK_TOLERANCE_S) return wrong('It has expired.')
  if (iat > nowS + CLOCK_TOLERANCE_S) return wrong('It comes from the future.')
  if (iat < nowS - MAX_AGE_S) return wrong('It is too old.')
  return { kind: 'right', claims: read.data }
}

function wrong(reason: string): ClaimsCheck {
  return { kind: 'wrong', reason }
}
