import { base64url } from 'jose'

/** Bits of the authenticator data (WebAuthn, 6.1). */
export const FLAGS = { present: 1, verified: 4, backupEligible: 8, backedUp: 16, attested: 64 }

/** What a browser and the passkey in it say; tests change parts of it. */
export interface Circumstances {
  origin: string
  rpId: string
  challenge: string
  flags: number
  counter: number
  type: string
}

/** Runtimes name it differently. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>

interface KeyPair {
  publicKey: Key
  privateKey: Key
}

/** A passkey in software: an ES256 key that answers as a browser would pass it on. */
export class SoftwareAuthenticator {
  readonly #keys: KeyPair
  readonly credentialId: Uint8Array<ArrayBuffer> = crypto.getRandomValues(new Uint8Array(32))

  constructor(keys: KeyPair) {
    this.#keys = keys
  }

  static async create(): Promise<SoftwareAuthenticator> {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    return new SoftwareAuthenticator(keys as KeyPair)
  }

  get id(): string {
    return base64url.encode(this.credentialId)
  }

  async register(circumstances: Circumstances) {
    const flags = circumstances.flags | FLAGS.attested
    const authData = bytes(
      await authenticatorData({ ...circumstances, flags }),
      new Uint8Array(16),
      [0, this.credentialId.length],
      this.credentialId,
      await this.#coseKey(),
    )
    const attestationObject = bytes(
      [0xa3],
      cborText('fmt'),
      cborText('none'),
      cborText('attStmt'),
      [0xa0],
      cborText('authData'),
      cborBytes(authData),
    )
    return this.#credential({
      clientDataJSON: clientData(circumstances),
      attestationObject: base64url.encode(attestationObject),
      transports: ['internal'],
    })
  }

  async signIn(circumstances: Circumstances, userHandle?: string) {
    const data = await authenticatorData(circumstances)
    const client = clientData(circumstances)
    const clientHash = new Uint8Array(
      await crypto.subtle.digest('SHA-256', base64url.decode(client).slice()),
    )
    const raw = await crypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      this.#keys.privateKey,
      bytes(data, clientHash),
    )
    return this.#credential({
      clientDataJSON: client,
      authenticatorData: base64url.encode(data),
      signature: base64url.encode(derSignature(new Uint8Array(raw))),
      userHandle: userHandle === undefined ? undefined : base64url.encode(userHandle),
    })
  }

  #credential<T>(response: T) {
    const { id } = this
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response }
  }

  /** RFC 9053: kty 2 (EC2), alg -7 (ES256), crv 1 (P-256), x, y. */
  async #coseKey(): Promise<Uint8Array> {
    const jwk = (await crypto.subtle.exportKey('jwk', this.#keys.publicKey)) as {
      x?: string
      y?: string
    }
    const [x, y] = [jwk.x, jwk.y].map((part) => cborBytes(base64url.decode(part ?? '')))
    return bytes([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21], x ?? [], [0x22], y ?? [])
  }
}

function clientData({ type, challenge, origin }: Circumstances): string {
  const sent = base64url.encode(challenge)
  return base64url.encode(JSON.stringify({ type, challenge: sent, origin, crossOrigin: false }))
}

async function authenticatorData({ rpId, flags, counter }: Circumstances): Promise<Uint8Array> {
  const rpHash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(rpId))
  const count = new Uint8Array(4)
  new DataView(count.buffer).setUint32(0, counter)
  return bytes(new Uint8Array(rpHash), [flags], count)
}

function bytes(...parts: (Uint8Array | number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

function cborText(text: string): Uint8Array {
  return bytes([0x60 + text.length], new TextEncoder().encode(text))
}

function cborBytes(content: Uint8Array): Uint8Array {
  return bytes([0x58, content.length], content)
}

/** WebCrypto gives r and s one behind the other, WebAuthn wants them as ASN.1. */
function derSignature(raw: Uint8Array): Uint8Array {
  const integers = [raw.slice(0, 32), raw.slice(32)].map((part) => {
    const first = part.findIndex((byte) => byte !== 0)
    const trimmed = part.slice(Math.max(first, 0))
    const padded = (trimmed[0] ?? 0) >= 0x80 ? bytes([0], trimmed) : trimmed
    return bytes([2, padded.length], padded)
  })
  const content = bytes(...integers)
  return bytes([0x30, content.length], content)
}
