const FNV_OFFSET_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * FNV-1a over UTF-16 units: on ASCII the same as over bytes (Fowler, Noll and Vo; RFC 9923),
 * elsewhere it spares an encoder. A part of a longer text is hashed in place.
 *
 * @returns an unsigned 32-bit number
 */
export function fnv1a(
  text: string,
  start = 0,
  end = text.length,
  basis = FNV_OFFSET_BASIS,
): number {
  let hash = basis
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME)
  return hash >>> 0
}

/**
 * Murmur3's 32-bit finalizer (Appleby, public domain). FNV's low bits depend on few of the last
 * units, and buckets are taken from low bits.
 *
 * @returns an unsigned 32-bit number; one to one
 */
export function mixed(hash: number): number {
  let bits = hash
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
