import type { WebCryptoKey } from '../../sealing/webcrypto-key.ts'
import type { StoredSigningKey } from './key-store.ts'
import { REREAD_MS, STALE_TRUST_MS, signingAt, TRUST_MS, verifyingAt } from './key-times.ts'
import type { PublicJwk, SigningPurpose } from './signing-key.ts'

interface Read {
  keys: StoredSigningKey[]
  /** When it was asked for. */
  at: number
}

export interface SigningKeysDeps {
  read(purpose: SigningPurpose): Promise<StoredSigningKey[]>
  now(): number
}

/**
 * An isolate's memory of the signing keys: at most two purposes with the few keys that each has. Holds what
 * was read and never a promise of it: workerd cancels what an ended request was waiting for.
 */
export class SigningKeys {
  readonly #deps: SigningKeysDeps
  readonly #read = new Map<SigningPurpose, Read>()
  /** When each purpose was last asked of the store, whatever came of it. */
  readonly #askedAt = new Map<SigningPurpose, number>()

  constructor(deps: SigningKeysDeps) {
    this.#deps = deps
  }

  /** @throws what reading the keys throws, when none are remembered */
  async signing(purpose: SigningPurpose): Promise<{ kid: string; privateKey: WebCryptoKey }> {
    const key = signingAt(await this.#keys(purpose), this.#deps.now())
    // Reading makes one where there is none, so that this is a row that does not open.
    if (!key) throw new Error(`No key of the purpose ${purpose} can sign.`)
    return { kid: key.kid, privateKey: key.privateKey }
  }

  /**
   * @param kid asked of the store at once where it is not remembered, unless that was asked a moment ago
   * @throws what reading the keys throws, when none are remembered
   */
  async verifying(purpose: SigningPurpose, kid?: string): Promise<PublicJwk[]> {
    const keys = await this.#keys(purpose, kid)
    return verifyingAt(keys, purpose, this.#deps.now()).map((key) => key.publicJwk)
  }

  async #keys(purpose: SigningPurpose, kid?: string): Promise<StoredSigningKey[]> {
    const now = this.#deps.now()
    const known = this.#read.get(purpose)
    const sinceAsked = now - (this.#askedAt.get(purpose) ?? Number.NEGATIVE_INFINITY)
    const isFresh = known && now - known.at < TRUST_MS
    const isUnknown = kid !== undefined && !known?.keys.some((key) => key.kid === kid)
    if (isFresh && !isUnknown) return known.keys
    const isTrusted = known && now - known.at < STALE_TRUST_MS
    // Neither made-up ids nor a store that is away may cost a question for each request.
    if (isTrusted && sinceAsked < REREAD_MS) return known.keys
    this.#askedAt.set(purpose, now)
    try {
      const keys = await this.#deps.read(purpose)
      this.#read.set(purpose, { keys, at: now })
      return keys
    } catch (error) {
      if (isTrusted) return known.keys
      throw error
    }
  }
}
