import { dateReading, readDate } from './date-cells.ts'
import { GrowingNumbers } from './growing.ts'
import type { MissingWords } from './missing-words.ts'
import { isPaddedCode, numberReading, readNumber } from './number-cells.ts'
import type { ColumnFormat, NumericFormat } from './table.ts'

/** A column with this many different cells that read as numbers or dates is read as such from then on. */
const DECIDE_AFTER_WORDS = 1_000
/** Dates need more: the first thousand of a log are of one morning and do not tell day from month. */
const DECIDE_DATES_AFTER_WORDS = 20_000
/** Above this many different texts no model can learn one by one; they are counted no further. */
const MOST_WORDS = 100_000
/** A column is numbers where at least this share of its filled rows reads as numbers. */
export const READABLE_SHARE = 0.98

/** Cells that are not of the column's format and count as missing. */
export interface Unreadable {
  rows: number
  example: string
}

/** A column as it was read: words by code, numbers, or texts too many to keep. */
export type RawColumn =
  | { kind: 'words'; codes: Int32Array; words: string[]; counts: number[] }
  | {
      kind: 'numbers'
      format: NumericFormat
      values: Float64Array
      unreadable: Unreadable
      note: string | null
    }
  | { kind: 'texts'; known: number; example: string }

/** What a reader does with a cell. Words and numbers are kept in chunks, never as one object a row. */
type State =
  | {
      kind: 'words'
      codes: GrowingNumbers<Int32Array>
      byCell: Map<string, number>
      words: string[]
      counts: number[]
      decide: boolean
    }
  | {
      kind: 'numbers'
      format: NumericFormat
      values: GrowingNumbers<Float64Array>
      note: string | null
    }
  | { kind: 'levels'; byLevel: Map<string, number>; codes: GrowingNumbers<Int32Array> }
  | { kind: 'texts'; known: number; example: string }

const int32 = (length: number): Int32Array => new Int32Array(length)
const float64 = (length: number): Float64Array => new Float64Array(length)

/**
 * A copy that owns its letters: the parser's cells are slices, and one kept slice keeps the half megabyte
 * it was cut from.
 */
const owned = (text: string): string => (text.length < 13 ? text : Buffer.from(text).toString())

/** Reads a trimmed cell that is not missing; NaN where it is not of the format. */
export function readAs(format: NumericFormat, cell: string): number {
  switch (format.kind) {
    case 'number':
      return readNumber(cell, format.decimal)
    case 'time':
      return readDate(cell, format.order)
    case 'boolean': {
      const word = cell.toLowerCase()
      return word === format.yes ? 1 : word === format.no ? 0 : Number.NaN
    }
  }
}

/** Number(cell) where the cell begins as a decimal number does, else NaN: "", " ", "0x1f" are none. */
function plainNumber(cell: string): number {
  const first = cell.charCodeAt(0)
  const begins = (first >= 48 && first <= 57) || first === 45 || first === 43 || first === 46
  // A letter in second place can only be the x, b or o of another base, or an exponent.
  if (!begins || cell.charCodeAt(1) > 57) return Number.NaN
  const value = Number(cell)
  return Number.isFinite(value) ? value : Number.NaN
}

/** Takes the cells of one column, one after the other, and finds out on the way how to keep them. */
export class ColumnReader {
  readonly #missing: MissingWords
  readonly #delimiter: string
  #state: State
  #unreadable: Unreadable = { rows: 0, example: '' }

  /** @param as the format where it is known already, "words" to keep every text, else it is inferred */
  constructor(as: ColumnFormat | 'words' | 'infer', missing: MissingWords, delimiter: string) {
    this.#missing = missing
    this.#delimiter = delimiter
    if (as === 'words' || as === 'infer') {
      const codes = new GrowingNumbers(int32)
      const decide = as === 'infer'
      this.#state = { kind: 'words', codes, byCell: new Map(), words: [], counts: [], decide }
    } else if (as.kind === 'category') {
      const byLevel = new Map(as.levels.map((level, code) => [level, code]))
      this.#state = { kind: 'levels', byLevel, codes: new GrowingNumbers(int32) }
    } else {
      this.#state = { kind: 'numbers', format: as, values: new GrowingNumbers(float64), note: null }
    }
  }

  add(cell: string): void {
    const state = this.#state
    if (state.kind === 'words') {
      const code = state.byCell.get(cell) ?? this.#newWord(state, cell)
      state.codes.push(code)
      if (code >= 0) state.counts[code] = (state.counts[code] ?? 0) + 1
      if (state.words.length >= DECIDE_AFTER_WORDS) this.#decide(state)
    } else if (state.kind === 'numbers') {
      state.values.push(this.#number(state.format, cell))
    } else if (state.kind === 'levels') {
      state.codes.push(this.#level(state.byLevel, cell))
    } else if (!this.#missing.has(cell.trim())) {
      state.known++
    }
  }

  #newWord(state: Extract<State, { kind: 'words' }>, cell: string): number {
    const trimmed = owned(cell.trim())
    let code = -1
    if (!this.#missing.has(trimmed)) {
      code = state.byCell.get(trimmed) ?? state.words.length
      if (code === state.words.length) {
        state.words.push(trimmed)
        state.counts.push(0)
      }
    }
    state.byCell.set(trimmed.length === cell.length ? trimmed : owned(cell), code)
    if (trimmed.length !== cell.length) state.byCell.set(trimmed, code)
    return code
  }

  #number(format: NumericFormat, cell: string): number {
    if (format.kind === 'number' && format.decimal === '.' && !this.#missing.anyNumber) {
      const value = plainNumber(cell)
      if (!Number.isNaN(value)) return value
    }
    const trimmed = cell.trim()
    if (this.#missing.has(trimmed)) return Number.NaN
    const value = readAs(format, trimmed)
    if (Number.isNaN(value)) this.#cannotRead(trimmed)
    return value
  }

  #level(byLevel: Map<string, number>, cell: string): number {
    const known = byLevel.get(cell)
    if (known !== undefined) return known
    const trimmed = cell.trim()
    if (this.#missing.has(trimmed)) return -1
    const code = byLevel.get(trimmed)
    if (code === undefined) this.#cannotRead(trimmed)
    return code ?? -1
  }

  #cannotRead(cell: string): void {
    if (this.#unreadable.rows++ === 0) this.#unreadable.example = owned(cell)
  }

  /** Leaves the words behind where they are numbers or dates, or too many; only at a few sizes. */
  #decide(state: Extract<State, { kind: 'words' }>): void {
    const size = state.words.length
    if (size === MOST_WORDS) {
      const known = state.counts.reduce((sum, count) => sum + count, 0)
      this.#state = { kind: 'texts', known, example: state.words[0] ?? '' }
    }
    if (!state.decide) return
    if (size !== DECIDE_AFTER_WORDS && size !== DECIDE_DATES_AFTER_WORDS && size !== MOST_WORDS)
      return
    const reading = this.#numericReading(state.words, state.counts)
    if (!reading) return
    if (reading.format.kind === 'time' && size === DECIDE_AFTER_WORDS) return
    const values = new GrowingNumbers(float64)
    const byCode = this.#valuesOf(state.words, state.counts, reading.format)
    for (const code of state.codes.copyTo(int32(state.codes.length))) {
      values.push(code < 0 ? Number.NaN : (byCode[code] ?? Number.NaN))
    }
    this.#state = { kind: 'numbers', values, ...reading }
  }

  #valuesOf(words: string[], counts: number[], format: NumericFormat): Float64Array {
    return Float64Array.from(words, (word, code) => {
      const value = readAs(format, word)
      if (Number.isNaN(value)) {
        this.#cannotRead(word)
        this.#unreadable.rows += (counts[code] ?? 1) - 1
      }
      return value
    })
  }

  #numericReading(
    words: string[],
    counts: number[],
  ): { format: NumericFormat; note: string | null } | null {
    if (words.length === 0 || words.some(isPaddedCode)) return null
    const numbers = numberReading(words, counts, this.#delimiter)
    if (numbers.readable >= READABLE_SHARE) {
      return { format: { kind: 'number', decimal: numbers.decimal }, note: numbers.note }
    }
    const dates = dateReading(words, counts)
    if (dates.readable < READABLE_SHARE) return null
    return { format: { kind: 'time', order: dates.order }, note: dates.note }
  }

  finish(): RawColumn {
    const state = this.#state
    if (state.kind === 'texts') return state
    if (state.kind === 'levels') {
      const codes = state.codes.copyTo(int32(state.codes.length))
      return { kind: 'words', codes, words: [...state.byLevel.keys()], counts: [] }
    }
    if (state.kind === 'numbers') {
      const values = state.values.copyTo(float64(state.values.length))
      return { ...state, values, unreadable: this.#unreadable }
    }
    const codes = state.codes.copyTo(int32(state.codes.length))
    const reading = state.decide ? this.#numericReading(state.words, state.counts) : null
    if (!reading) return { kind: 'words', codes, words: state.words, counts: state.counts }
    const byCode = this.#valuesOf(state.words, state.counts, reading.format)
    const values = Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : (byCode[code] ?? 0)))
    return { kind: 'numbers', ...reading, values, unreadable: this.#unreadable }
  }

  /** Cells of a known format that could not be read. */
  get unreadable(): Unreadable {
    return this.#unreadable
  }
}
