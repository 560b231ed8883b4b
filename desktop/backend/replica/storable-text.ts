/**
 * What Postgres cannot keep in a text: the NUL character. And what JSON to Postgres chokes on: half
 * a surrogate pair. Both arrive in what visitors send, and one such value must not stop the sync.
 */
const UNSTORABLE_IN_JSON = /\\u0000|\\ud[89a-f]/i

const REPLACEMENT = '\ufffd'

const cleanText = (text: string): string => text.replaceAll('\0', REPLACEMENT).toWellFormed()

const cleanValue = (value: unknown): unknown => {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanValue)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) => [cleanText(key), cleanValue(v)]),
  )
}

/**
 * JSON text that Postgres accepts, with unstorable characters replaced by U+FFFD. Values nested too
 * deep to be written are left out.
 */
export const storableJson = (value: unknown): string => {
  try {
    const text = JSON.stringify(value)
    return UNSTORABLE_IN_JSON.test(text) ? JSON.stringify(cleanValue(value)) : text
  } catch (error) {
    if (error instanceof RangeError) return '{}'
    throw error
  }
}
