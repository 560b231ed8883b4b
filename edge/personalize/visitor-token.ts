const VERSION = 'v1'
const HKDF_INFO = 'edgewise visitor token'
const SIGNATURE_CHARS = 43
const MAX_TOKEN_CHARS = 200

/** `<visitorId>.<base64url(HMAC-SHA-256)>`, bound to one workspace. */
export interface VisitorTokens {
  /** A new visitor with a random id. */
  mint(workspaceId: string): Promise<{ visitorId: string; token: string }>
  /** The visitor whom the token names, or null if this workspace did not sign it. */
  verify(workspaceId: string, token: string): Promise<string | null>
}

/** The isolate's one signing key: the key itself, since a promise may belong to a cancelled request. */
let derived: { secret: string; key: CryptoKey } | undefined

/**
 * Signs and verifies visitor tokens. The key is derived from the deployment's signing secret for this
 * purpose alone; rotating the secret makes all tokens worthless.
 */
export function visitorTokens(secret: string): VisitorTokens {
  const macKey = async () => {
    const known = derived
    if (known?.secret === secret) return known.key
    const key = await deriveKey(secret)
    derived = { secret, key }
    return key
  }
  return {
    async mint(workspaceId) {
      const visitorId = crypto.randomUUID()
      const mac = await crypto.subtle.sign('HMAC', await macKey(), signed(workspaceId, visitorId))
      return { visitorId, token: `${visitorId}.${base64url(new Uint8Array(mac))}` }
    },

    async verify(workspaceId, token) {
      const parts = parseToken(token)
      if (!parts) return null
      const { visitorId, mac } = parts
      const message = signed(workspaceId, visitorId)
      // `verify` compares in constant time.
      return (await crypto.subtle.verify('HMAC', await macKey(), mac, message)) ? visitorId : null
    },
  }
}

async function deriveKey(secret: string): Promise<CryptoKey> {
  const encoder = new TextEncoder()
  const raw = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, [
    'deriveKey',
  ])
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(HKDF_INFO) },
    raw,
    { name: 'HMAC', hash: 'SHA-256', length: 256 },
    false,
    ['sign', 'verify'],
  )
}

/** Workspace ids hold no `|`, so no two pairs give the same text. */
function signed(workspaceId: string, visitorId: string): Uint8Array {
  return new TextEncoder().encode(`${VERSION}|${workspaceId}|${visitorId}`)
}

function parseToken(token: string): { visitorId: string; mac: Uint8Array } | null {
  if (token.length > MAX_TOKEN_CHARS) return null
  const dot = token.lastIndexOf('.')
  const signature = token.slice(dot + 1)
  if (dot < 1 || signature.length !== SIGNATURE_CHARS || !/^[\w-]+$/.test(signature)) return null
  const mac = fromBase64url(signature)
  // Base64 ignores stray bits in its last character: two texts must not stand for one signature.
  return base64url(mac) === signature ? { visitorId: token.slice(0, dot), mac } : null
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

function fromBase64url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
