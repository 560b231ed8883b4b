import type { WebCryptoKey } from '../../sealing/webcrypto-key.ts'
import {
  type AccessClaims,
  type AccessTokenCheck,
  type ExpectedToken,
  timely,
  verifyAccessToken,
} from './access-token.ts'

/** About 600 bytes each. */
const MAX_ENTRIES = 2_000

interface Verified {
  kid: string
  key: WebCryptoKey
  issuer: string
  audience: string
  claims: AccessClaims
}

/**
 * An isolate's memory of whole tokens whose signature was good: a signature that verified once verifies
 * again, and an app sends the same token for a quarter of an hour. What may change is asked each time: the
 * time, whether the key still signs, and, by `authorize`, the session.
 */
export class VerifiedTokens {
  readonly #entries = new Map<string, Verified>()
  readonly #maxEntries: number

  constructor(maxEntries = MAX_ENTRIES) {
    this.#maxEntries = maxEntries
  }

  /** As {@link verifyAccessToken}, for a quarter of its price from the second time on. */
  async verify(token: string, expected: ExpectedToken): Promise<AccessTokenCheck> {
    const { issuer, audience, nowMs } = expected
    const known = this.#entries.get(token)
    if (known?.issuer === issuer && known.audience === audience) {
      if ((await expected.keyOf(known.kid)) === known.key) return timely(known.claims, nowMs)
      this.#entries.delete(token)
    }
    const used: { kid: string; key: WebCryptoKey }[] = []
    const checked = await verifyAccessToken(token, {
      ...expected,
      async keyOf(kid) {
        const key = await expected.keyOf(kid)
        if (key) used.push({ kid, key })
        return key
      },
    })
    const [by] = used
    if (checked.kind === 'valid' && by) {
      this.#remember(token, { ...by, issuer, audience, claims: checked.claims })
    }
    return checked
  }

  #remember(token: string, entry: Verified): void {
    this.#entries.delete(token)
    if (this.#entries.size >= this.#maxEntries) {
      this.#entries.delete(this.#entries.keys().next().value ?? token)
    }
    this.#entries.set(token, entry)
  }
}
