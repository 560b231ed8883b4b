/**
 * A non-empty string, or null. Numbers are accepted because clients send numeric ids; NUL and lone
 * surrogates are removed because SQLite text cannot carry them.
 */
export function storedText(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value !== 'string' || value === '') return null
  const clean = value.isWellFormed() ? value : value.toWellFormed()
  return clean.includes('\0') ? clean.replaceAll('\0', '') || null : clean
}

/** At most `chars` UTF-16 units; a pair that the cut would halve becomes U+FFFD. */
export function clip(value: string, chars: number): string
export function clip(value: string | null, chars: number): string | null
export function clip(value: string | null, chars: number): string | null {
  return value && value.length > chars ? value.slice(0, chars).toWellFormed() : value
}
