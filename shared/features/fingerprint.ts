const OFFSET = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n

/** 64-bit FNV-1a of a text's UTF-8 bytes, as 16 hex digits. Tells versions apart, keeps no secret. */
export function fnv1a64(text: string): string {
  let hash = OFFSET
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME)
  }
  return hash.toString(16).padStart(16, '0')
}
