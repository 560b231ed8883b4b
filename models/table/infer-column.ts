import type { RawColumn } from './column-reader.ts'
import { type Column, toFloat32 } from './table.ts'

export type DropReason = 'asked' | 'empty' | 'constant' | 'id' | 'text' | 'orders rows'

export interface DroppedColumn {
  name: string
  reason: DropReason
  /** In a sentence. */
  why: string
  /** The numbers of a numeric id, one a row: an id that grows with time may say when a row was. */
  values?: Float64Array
}

export type Inferred =
  | { column: Column; notes: string[] }
  | { dropped: DroppedColumn; notes: string[] }

const YES_AND_NO: readonly (readonly [string, string])[] = [
  ['yes', 'no'],
  ['y', 'n'],
  ['true', 'false'],
  ['t', 'f'],
  ['on', 'off'],
]
/** Below this many rows, all different values are no sign of an id. */
const FEWEST_ROWS_OF_AN_ID = 50
/** Share of different values from which a text column is an id: nothing is learned from a level seen once. */
const DISTINCT_SHARE_OF_AN_ID = 0.5
/** Free text: this long on average, or this many words, and seldom twice the same. */
const LETTERS_OF_FREE_TEXT = 40
const WORDS_OF_FREE_TEXT = 5
const DISTINCT_SHARE_OF_FREE_TEXT = 0.1
const SAMPLE_ROWS = 2_000

const NAMED_LIKE_AN_ID =
  /(^|[\s_.-])(id|ids|uuid|guid|key|number|no|nr|index|row|#)$|[a-z](Id|ID|Number|Index|Key)$|^(id|uuid|guid|index|row|unnamed)\b/
const isNamedLikeAnId = (name: string): boolean =>
  NAMED_LIKE_AN_ID.test(name) ||
  NAMED_LIKE_AN_ID.test(name.toLowerCase()) ||
  /^column \d+$/.test(name)

/** Whether the values are whole numbers that name their rows instead of measuring something. */
function isNumericId(name: string, values: Float64Array): boolean {
  const sample = new Set<number>()
  let known = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    if (!Number.isInteger(value)) return false
    if (known++ < SAMPLE_ROWS) sample.add(value)
  }
  if (known < FEWEST_ROWS_OF_AN_ID) return false
  const sampled = Math.min(known, SAMPLE_ROWS)
  const named = isNamedLikeAnId(name)
  if (named && sample.size >= sampled * DISTINCT_SHARE_OF_AN_ID) return true
  if (sample.size < sampled) return false
  const sorted = values.filter((value) => !Number.isNaN(value))
  let rising = true
  let falling = true
  for (let row = 1; row < sorted.length; row++) {
    const gap = (sorted[row] ?? 0) - (sorted[row - 1] ?? 0)
    rising &&= gap > 0
    falling &&= gap < 0
  }
  if (rising || falling) return true
  sorted.sort()
  for (let row = 1; row < sorted.length; row++) if (sorted[row] === sorted[row - 1]) return false
  const range = (sorted[sorted.length - 1] ?? 0) - (sorted[0] ?? 0) + 1
  return range <= 2 * sorted.length
}

function inferNumbers(
  name: string,
  { values, format, note, unreadable }: Extract<RawColumn, { kind: 'numbers' }>,
): Inferred {
  const notes = note === null ? [] : [`${name}: ${note}`]
  if (unreadable.rows > 0) {
    const kind = format.kind === 'time' ? 'date' : 'number'
    notes.push(
      `${name}: ${unreadable.rows} cells are no ${kind} (such as "${unreadable.example}") and count as missing.`,
    )
  }
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let known = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    known++
    if (value < low) low = value
    if (value > high) high = value
  }
  if (known === 0) return { dropped: { name, reason: 'empty', why: 'No row has a value.' }, notes }
  if (low === high && known === values.length) {
    return { dropped: { name, reason: 'constant', why: `Every row has ${low}.` }, notes }
  }
  if (format.kind === 'number' && isNumericId(name, values)) {
    const why = 'Whole numbers that differ from row to row name the row; they measure nothing.'
    return { dropped: { name, reason: 'id', why, values }, notes }
  }
  return { column: { name, format, values: toFloat32(values) }, notes }
}

function yesAndNo(words: readonly string[]): { yes: string; no: string } | null {
  const seen = new Set(words.map((word) => word.toLowerCase()))
  if (seen.size !== 2) return null
  const pair = YES_AND_NO.find(([yes, no]) => seen.has(yes) && seen.has(no))
  return pair ? { yes: pair[0], no: pair[1] } : null
}

function inferWords(
  name: string,
  { codes, words, counts }: Extract<RawColumn, { kind: 'words' }>,
): Inferred {
  const notes: string[] = []
  const known = counts.reduce((sum, count) => sum + count, 0)
  if (known === 0) return { dropped: { name, reason: 'empty', why: 'No row has a value.' }, notes }
  if (words.length === 1 && known === codes.length) {
    return { dropped: { name, reason: 'constant', why: `Every row has "${words[0]}".` }, notes }
  }
  const boolean = yesAndNo(words)
  if (boolean) {
    const byCode = words.map((word) => (word.toLowerCase() === boolean.yes ? 1 : 0))
    const values = Float32Array.from(codes, (code) => (code < 0 ? Number.NaN : (byCode[code] ?? 0)))
    return { column: { name, format: { kind: 'boolean', ...boolean }, values }, notes }
  }
  const distinct = words.length / known
  let letters = 0
  let spaces = 0
  words.forEach((word, code) => {
    letters += word.length * (counts[code] ?? 0)
    spaces += (word.match(/\s+/g)?.length ?? 0) * (counts[code] ?? 0)
  })
  const isLong = letters / known >= LETTERS_OF_FREE_TEXT || spaces / known + 1 >= WORDS_OF_FREE_TEXT
  if (isLong && distinct >= DISTINCT_SHARE_OF_FREE_TEXT && words.length > FEWEST_ROWS_OF_AN_ID) {
    const why = `Free text (such as "${(words[0] ?? '').slice(0, 40)}…"): its words would have to be made into columns first.`
    return { dropped: { name, reason: 'text', why }, notes }
  }
  if (distinct >= DISTINCT_SHARE_OF_AN_ID && known >= FEWEST_ROWS_OF_AN_ID) {
    const why = `${words.length} different values in ${known} rows (such as "${(words[0] ?? '').slice(0, 40)}"): a value seen once teaches nothing.`
    return { dropped: { name, reason: 'id', why }, notes }
  }
  return { column: { name, format: { kind: 'category', levels: words }, codes }, notes }
}

/** What a column that was read is for a model: numbers, a yes or no, a date, a category, or nothing. */
export function inferColumn(name: string, raw: RawColumn): Inferred {
  if (raw.kind === 'numbers') return inferNumbers(name, raw)
  if (raw.kind === 'words') return inferWords(name, raw)
  const why = `More than 100,000 different values (such as "${raw.example.slice(0, 40)}").`
  return { dropped: { name, reason: 'id', why }, notes: [] }
}
