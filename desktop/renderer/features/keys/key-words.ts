import type { ApiKey } from '#rpc/keys.ts'
import { permissionWords } from '../../app/permission-words.ts'

const MOST_NAMED = 4

export const KIND_WORDS: Record<ApiKey['kind'], { label: string; means: string }> = {
  write: {
    label: 'Write key',
    means: 'Stands in public pages: it sends events and asks for decisions',
  },
  secret: { label: 'Secret key', means: 'For servers: never put it into a page' },
}

/** What a key may do, in one line. */
export const reachWords = ({ kind, permissions, allowedOrigins }: ApiKey): string => {
  if (kind === 'secret') return `May ${listed(permissions.map(permissionWords))}.`
  return allowedOrigins === null
    ? 'Sends events and asks for decisions, from any site.'
    : `Sends events and asks for decisions, from ${listed(allowedOrigins)}.`
}

const listed = (names: readonly string[]): string => {
  const named = names.slice(0, MOST_NAMED)
  const more = names.length - named.length
  if (names.length === 0) return 'do nothing'
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ')
}

export type ReadLines = { kind: 'lines'; lines: string[] } | { kind: 'invalid'; message: string }

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** Origins as browsers send them, one a line; a slash at the end is what people copy along. */
export const originsOf = (text: string): ReadLines => {
  const lines = linesOf(text).map((line) => line.replace(/\/$/, ''))
  const wrong = lines.find((line) => URL.parse(line)?.origin !== line.toLowerCase())
  if (wrong !== undefined) {
    return { kind: 'invalid', message: `“${wrong}” is no origin such as https://www.example.com.` }
  }
  return { kind: 'lines', lines: lines.map((line) => line.toLowerCase()) }
}

/** Addresses that an app gets its answers at, one a line; the edge judges them in full. */
export const redirectsOf = (text: string): ReadLines => {
  const lines = linesOf(text)
  const wrong = lines.find((line) => URL.parse(line) === null)
  if (wrong !== undefined) return { kind: 'invalid', message: `“${wrong}” is no address.` }
  return { kind: 'lines', lines }
}
