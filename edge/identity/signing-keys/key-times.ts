import type { SigningPurpose } from './signing-key.ts'

/** How long an isolate believes what it read of the keys. */
export const TRUST_MS = 300_000
/** The least time between two readings for key ids that nobody knows. */
export const REREAD_MS = 10_000
/**
 * For so long after the next key was made the earlier one goes on signing: by then every isolate has read
 * the next one, and nobody meets a signature of a key that they do not know.
 */
export const ANNOUNCED_MS = 2 * TRUST_MS
/** While the store is away, keys that were read so long ago are still as good. */
export const STALE_TRUST_MS = 3_600_000

/**
 * How long a retired key verifies. Access tokens live for 15 minutes, and an isolate that cannot ask the
 * store signs for up to {@link STALE_TRUST_MS} more; an anchor is evidence for as long as anybody keeps it.
 */
export const VERIFIES_MS: Record<SigningPurpose, number> = {
  access_token: 7_200_000,
  audit_anchor: Number.POSITIVE_INFINITY,
}

interface Dated {
  createdAt: number
  /** Of the future while the next key is being announced; null for the newest. */
  retiredAt: number | null
}

/** The key to sign with: the earliest that is not retired. */
export function signingAt<K extends Dated>(keys: readonly K[], now: number): K | null {
  const standing = keys.filter(({ retiredAt }) => retiredAt === null || retiredAt > now)
  // The newest has no end, and those before it end in the order in which they were made.
  const end = ({ retiredAt }: Dated) => retiredAt ?? Number.POSITIVE_INFINITY
  return standing.toSorted((a, b) => end(a) - end(b) || a.createdAt - b.createdAt)[0] ?? null
}

/** The keys whose signatures are good. */
export function verifyingAt<K extends Dated>(
  keys: readonly K[],
  purpose: SigningPurpose,
  now: number,
): K[] {
  return keys.filter(
    ({ retiredAt }) => retiredAt === null || now - retiredAt < VERIFIES_MS[purpose],
  )
}
