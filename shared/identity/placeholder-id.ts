/**
 * What clients send where they have no id: a missing value that was made text, the id that a library or
 * a device gives to nobody, a name for those who are not signed in, a field's name instead of its value.
 * All who send one would become one person. Only what cannot be anybody's own id stands here: `test`,
 * `user`, `admin` or `id` could be a real account's name, and so could any single letter or number but
 * these.
 */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  '',
  ...['null', '(null)', '<null>', 'undefined', 'none', 'nil', 'nan', '[object object]'],
  ...['true', 'false', '0', '-1', '-', '--', 'n/a', '#n/a', '{}', '[]'],
  '00000000-0000-0000-0000-000000000000',
  '00000000000000000000000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  ...['anonymous', 'guest', 'unknown', 'unidentified', '(not set)', 'not set', 'not_set'],
  ...['not_authenticated', 'not authenticated', 'unauthenticated'],
  ...['userid', 'user_id', 'anonymousid', 'anonymous_id', 'distinctid', 'distinct_id'],
])

const LONGEST_CHARS = Math.max(...[...PLACEHOLDERS].map((placeholder) => placeholder.length))

/** Whether an id names nobody, in whatever case, and also within quotes and blanks. */
export function isPlaceholderId(id: string): boolean {
  const bare = unwrapped(id)
  return bare.length <= LONGEST_CHARS && PLACEHOLDERS.has(bare.toLowerCase())
}

const QUOTES: readonly number[] = ['"', "'", '`'].map((quote) => quote.charCodeAt(0))
const SPACE = 0x20
const NO_BREAK_SPACE = 0xa0

/** By character codes: this runs twice for every event, and patterns took most of its time. */
function isWrapping(code: number): boolean {
  return code <= SPACE || code === NO_BREAK_SPACE || QUOTES.includes(code)
}

function unwrapped(id: string): string {
  let from = 0
  let to = id.length
  while (from < to && isWrapping(id.charCodeAt(from))) from += 1
  while (from < to && isWrapping(id.charCodeAt(to - 1))) to -= 1
  return from === 0 && to === id.length ? id : id.slice(from, to)
}
