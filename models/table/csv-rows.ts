import { Readable } from 'node:stream'
import Papa from 'papaparse'
import { TableError } from './table-error.ts'

/**
 * A quote that never closes makes everything after it one field. After this many chunks without the end
 * of a row it is called that, before the parser has read the growing rest once more for every chunk.
 */
const MOST_CHUNKS_WITHOUT_A_ROW = 32

function newlines(cell: string): number {
  let count = 0
  for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count++
  return count
}

const isBlank = (row: readonly string[]): boolean => row.length === 1 && row[0]?.trim() === ''

const unclosedQuote = (line: number): TableError =>
  new TableError(
    'unclosed_quote',
    `The quotation mark that opens a field in or after line ${line} is never closed.`,
    'Close it, or double quotation marks that belong to the text.',
  )

/**
 * Parses delimited text as it comes. Blank lines are skipped, a quoted field may span lines.
 * @param onRow gets each row's cells; the array is not used again
 * @throws TableError where a row has more or fewer cells than the first one, or a quote never closes
 */
export function readRows(
  chunks: AsyncIterable<string>,
  delimiter: string,
  onRow: (cells: readonly string[]) => void,
): Promise<void> {
  let line = 1
  let width = 0
  let barren = 0
  const take = (cells: readonly string[]): void => {
    const first = line++
    for (const cell of cells) if (cell.includes('\n')) line += newlines(cell)
    if (isBlank(cells) && width !== 1) return
    if (width === 0) width = cells.length
    if (cells.length !== width) {
      throw new TableError(
        'ragged_row',
        `Line ${first} has ${cells.length} cells, the header has ${width}.`,
        `Put fields that contain the delimiter "${delimiter === '\t' ? 'tab' : delimiter}" in quotation marks, or mend that line.`,
      )
    }
    onRow(cells)
  }
  return new Promise((resolve, reject) => {
    const source = Readable.from(chunks)
    source.on('error', reject)
    Papa.parse<string[]>(source, {
      delimiter,
      newline: '\n',
      header: false,
      chunk: ({ data, errors }, parser) => {
        try {
          barren = data.length === 0 ? barren + 1 : 0
          if (barren > MOST_CHUNKS_WITHOUT_A_ROW) throw unclosedQuote(line)
          const unclosed = errors.find((error) => error.code === 'MissingQuotes')
          for (const cells of data.slice(0, unclosed?.row)) take(cells)
          if (unclosed) throw unclosedQuote(line)
        } catch (error) {
          reject(error)
          parser.abort()
          source.destroy()
        }
      },
      complete: () => resolve(),
      error: reject,
    })
  })
}
