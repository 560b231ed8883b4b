/** How a password was hashed: RFC 7914's N (a power of two), r and p. */
export interface ScryptCost {
  logN: number
  r: number
  p: number
}

export interface ScryptString {
  cost: ScryptCost
  salt: Uint8Array
  key: Uint8Array
}

const FORM = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** The PHC string form: `$scrypt$ln=15,r=8,p=3$<salt>$<key>`, base64 without padding. */
export function scryptString({ cost, salt, key }: ScryptString): string {
  return `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(key)}`
}

/** Null for what is not in that form; whether the cost can be paid is for the caller to say. */
export function parseScryptString(text: string): ScryptString | null {
  const [, logN, r, p, salt, key] = FORM.exec(text) ?? []
  if (!salt || !key) return null
  // A single character behind the last group of four encodes nothing.
  if (salt.length % 4 === 1 || key.length % 4 === 1) return null
  return {
    cost: { logN: Number(logN), r: Number(r), p: Number(p) },
    salt: fromBase64(salt),
    key: fromBase64(key),
  }
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, '')
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
