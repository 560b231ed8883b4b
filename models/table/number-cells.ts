const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
/** Thousands in groups of three, by comma, apostrophe or (no-break) space, and a decimal point. */
const POINT_GROUPED = /^[+-]?\d{1,3}([,'’ \u00a0\u202f])\d{3}(\1\d{3})*(\.\d*)?$/
/** The same with points and a decimal comma. */
const COMMA_GROUPED = /^[+-]?\d{1,3}([.'’ \u00a0\u202f])\d{3}(\1\d{3})*(,\d*)?$/
const COMMA_PLAIN = /^[+-]?(\d+,?\d*|,\d+)(e[+-]?\d+)?$/i
const CURRENCY =
  /^[$€£¥₹]\s*|\s*[$€£¥₹]$|^(?:USD|EUR|GBP|CHF|INR|JPY)\s+|\s+(?:USD|EUR|GBP|CHF|INR|JPY)$/g

/** The number without its unit: percent and currency signs go, brackets become a minus. */
function bare(cell: string): string {
  const bracketed = /^\((.+)\)$/.exec(cell)?.[1]
  const text = (bracketed ?? cell).replace(/\s*%$/, '').replace(CURRENCY, '')
  const signed = /^-\s*[$€£¥₹]/.test(text) ? `-${text.replace(/^-\s*[$€£¥₹]\s*/, '')}` : text
  return bracketed === undefined ? signed : `-${signed}`
}

/**
 * Reads a cell as a number, NaN where it is none. A percentage keeps its figure (45 % is 45), because
 * one unit a column is all that a model needs. Hexadecimal and "Infinity" are no numbers here.
 */
export function readNumber(cell: string, decimal: '.' | ','): number {
  const value = unbounded(cell, decimal)
  return Number.isFinite(value) ? value : Number.NaN
}

function unbounded(cell: string, decimal: '.' | ','): number {
  if (decimal === '.' && PLAIN.test(cell)) return Number(cell)
  const text = bare(cell)
  if (decimal === '.') {
    if (PLAIN.test(text)) return Number(text)
    return POINT_GROUPED.test(text) ? Number(text.replace(/[,'’ \u00a0\u202f]/g, '')) : Number.NaN
  }
  if (COMMA_PLAIN.test(text)) return Number(text.replace(',', '.'))
  if (!COMMA_GROUPED.test(text)) return Number.NaN
  return Number(text.replace(/[.'’ \u00a0\u202f]/g, '').replace(',', '.'))
}

/** 00123 is a post code or an article number: as a number it would lose what tells it from 123. */
export const isPaddedCode = (cell: string): boolean => /^0\d+$/.test(cell)

export interface NumberReading {
  decimal: '.' | ','
  /** Share of the cells' weight that reads as a number. */
  readable: number
  note: string | null
}

/**
 * How the distinct cells of a column read best as numbers. "1,234" is twelve hundred here and one and a
 * quarter there: cells that read only one way decide, then the file's delimiter, and the choice is noted.
 * @param weights rows of each cell
 */
export function numberReading(
  cells: readonly string[],
  weights: ArrayLike<number>,
  delimiter: string,
): NumberReading {
  let point = 0
  let comma = 0
  let total = 0
  let ambiguous = ''
  cells.forEach((cell, index) => {
    const weight = weights[index] ?? 0
    const asPoint = readNumber(cell, '.')
    const asComma = readNumber(cell, ',')
    total += weight
    if (!Number.isNaN(asPoint)) point += weight
    if (!Number.isNaN(asComma)) comma += weight
    if (cell.includes(',') && asPoint !== asComma && !Number.isNaN(asPoint + asComma)) {
      ambiguous = cell
    }
  })
  const usual = delimiter === ';' && ambiguous !== '' ? ',' : '.'
  const decimal = point === comma ? usual : point > comma ? '.' : ','
  const value = readNumber(ambiguous, decimal)
  const note =
    ambiguous !== '' && point === comma
      ? `"${ambiguous}" is read as ${value}, because fields are separated by "${delimiter}".`
      : null
  return { decimal, readable: total === 0 ? 0 : Math.max(point, comma) / total, note }
}
