import type { Env } from '../../env.ts'
import { audienceOf, issuerOf } from '../issuer.ts'
import { signingKeyOf } from '../signing-keys/signing-keys-of.ts'
import { verifyingKeyOf } from '../signing-keys/verifying-key-of.ts'
import { type AccessClaims, signAccessToken } from './access-token.ts'
import { VerifiedTokens } from './verified-tokens.ts'

/** What an access token says of its session. */
export interface TokenSubject {
  userId: string
  sessionId: string
  workspaceId: string
  clientId: string
}

/** A new access token of this edge, for {@link ACCESS_TOKEN_LIFETIME_S}. */
export async function newAccessToken(
  env: Env,
  issuer: string,
  subject: TokenSubject,
): Promise<string> {
  const claims: Omit<AccessClaims, 'iat' | 'exp' | 'jti'> = {
    iss: issuer,
    aud: audienceOf(issuer),
    sub: subject.userId,
    sid: subject.sessionId,
    workspace: subject.workspaceId,
    client_id: subject.clientId,
  }
  return signAccessToken(claims, await signingKeyOf(env, 'access_token'), Date.now())
}

const verified = new VerifiedTokens()

/** Checks an access token that was sent to this edge. @throws what the control database throws */
export function accessTokenOf(env: Env, requestUrl: string, token: string) {
  const issuer = issuerOf(env, requestUrl)
  return verified.verify(token, {
    issuer,
    audience: audienceOf(issuer),
    keyOf: (kid) => verifyingKeyOf(env, 'access_token', kid),
    nowMs: Date.now(),
  })
}
