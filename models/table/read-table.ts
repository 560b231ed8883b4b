import { ColumnReader, type RawColumn } from './column-reader.ts'
import { readRows } from './csv-rows.ts'
import { sniffDelimiter } from './delimiter.ts'
import { closestName, columnIndex, type Header, usableHeader } from './header.ts'
import { type DroppedColumn, inferColumn } from './infer-column.ts'
import { missingWords } from './missing-words.ts'
import { type Column, type ColumnFormat, type Table, toFloat32 } from './table.ts'
import { TableError } from './table-error.ts'
import { detectEncoding, type TextEncoding, textChunks } from './text-encoding.ts'

export interface ColumnSchema {
  name: string
  format: ColumnFormat
}

export interface ReadTableOptions {
  /** The column that holds the outcome; it is kept as words and is no feature. */
  label: string
  /** A column that orders the rows in time; it is no feature either. */
  time?: string | undefined
  drop?: readonly string[]
  /** Words that mean "no value" beside the usual ones. */
  missing?: readonly string[]
  /** Reads these columns in these formats, whatever else is in the file: for a test set. */
  like?: readonly ColumnSchema[]
  /** Called now and then with the number of rows read. */
  onProgress?: (rows: number) => void
}

/** Words by code, one a row, −1 where missing. */
export interface Words {
  name: string
  codes: Int32Array
  words: readonly string[]
}

export interface LoadedTable {
  /** The features. */
  table: Table
  label: Words
  /** Days since 1970 or whatever number the time column holds, one a row, NaN where missing. */
  time: Float64Array | null
  dropped: DroppedColumn[]
  /** What a person should know of how the file was read, in sentences. */
  notes: string[]
  encoding: TextEncoding
  delimiter: string
}

const PROGRESS_ROWS = 20_000
const ENCODING_NAMES = { 'utf-16le': 'UTF-16', 'utf-16be': 'UTF-16' } as const

type Role =
  | { kind: 'label' | 'time' | 'feature'; name: string; reader: ColumnReader }
  | { kind: 'asked' | 'ignored'; name: string }

function find(names: readonly string[], name: string, what: string): number {
  const index = columnIndex(names, name)
  if (index >= 0) return index
  const near = closestName(names, name)
  throw new TableError(
    'column_absent',
    `There is no column "${name}" (${what}).`,
    near === null ? `The columns are: ${names.join(', ')}.` : `Did you mean "${near}"?`,
  )
}

/** What becomes of each column of the file. */
function rolesOf(
  names: readonly string[],
  { label, time, drop = [], missing = [], like }: ReadTableOptions,
  delimiter: string,
): Role[] {
  const words = missingWords(missing)
  const labelIndex = find(names, label, 'the label')
  const timeIndex = time === undefined ? -1 : find(names, time, 'the time')
  const dropped = new Set(drop.map((name) => find(names, name, 'to be dropped')))
  const formats = new Map(
    like?.map(({ name, format }) => [find(names, name, 'a feature of the model'), format]),
  )
  return names.map((name, index): Role => {
    const reader = (as: ColumnFormat | 'words' | 'infer') => new ColumnReader(as, words, delimiter)
    if (index === labelIndex) return { kind: 'label', name, reader: reader('words') }
    if (index === timeIndex) return { kind: 'time', name, reader: reader('infer') }
    if (dropped.has(index)) return { kind: 'asked', name }
    if (like === undefined) return { kind: 'feature', name, reader: reader('infer') }
    const format = formats.get(index)
    return format ? { kind: 'feature', name, reader: reader(format) } : { kind: 'ignored', name }
  })
}

async function firstChunk(
  chunks: AsyncGenerator<string>,
): Promise<{ sample: string; all: () => AsyncGenerator<string> }> {
  const first = await chunks.next()
  const sample = first.done ? '' : first.value
  return {
    sample,
    all: async function* () {
      if (!first.done) yield sample
      yield* chunks
    },
  }
}

/** The column as the training table had it: its formats hold, unknown levels are missing. */
function alikeColumn(
  { name, format }: ColumnSchema,
  raw: RawColumn,
  reader: ColumnReader,
  notes: string[],
): Column {
  const { rows, example } = reader.unreadable
  if (rows > 0) {
    notes.push(`${name}: ${rows} cells were never seen in training (such as "${example}").`)
  }
  if (raw.kind === 'words' && format.kind === 'category') return { name, format, codes: raw.codes }
  if (raw.kind === 'numbers' && format.kind !== 'category') {
    return { name, format, values: toFloat32(raw.values) }
  }
  throw new TypeError(`A ${format.kind} column came back as ${raw.kind}.`)
}

function timeOf(name: string, raw: RawColumn): Float64Array {
  if (raw.kind === 'numbers') return raw.values
  const example = raw.kind === 'words' ? raw.words[0] : raw.example
  throw new TableError(
    'no_time',
    `The time column "${name}" holds neither dates nor numbers (such as "${example}").`,
    'Name another column, or write dates as 2026-11-24.',
  )
}

function assertReadable(rows: number, header: Header | null): asserts header is Header {
  if (!header) {
    throw new TableError('no_header', 'The file is empty.', 'Its first line must name the columns.')
  }
  if (rows === 0) {
    throw new TableError(
      'no_rows',
      'The file has a header and no rows.',
      'Give it rows to learn from.',
    )
  }
}

/**
 * Reads a table out of a file of delimited text: encoding, delimiter and the types of its columns are
 * found out, and what could be doubted is in the notes. Streams: memory grows with the table's numbers,
 * not with its text.
 * @throws TableError where the file cannot be read, is no table, or lacks a column that was named
 */
export async function readTable(path: string, options: ReadTableOptions): Promise<LoadedTable> {
  const detected = await detectEncoding(path).catch((error: NodeJS.ErrnoException) => {
    throw new TableError(
      'unreadable_file',
      `${path} cannot be read (${error.code ?? error.message}).`,
      'Name a file of comma-separated values.',
    )
  })
  const { encoding } = detected
  const notes: string[] = []
  if (encoding === 'windows-1252') {
    notes.push(
      'The file is not valid UTF-8; it is read as windows-1252, as older spreadsheets write.',
    )
  } else if (encoding !== 'utf-8') notes.push(`The file is in ${ENCODING_NAMES[encoding]}.`)
  const { sample, all } = await firstChunk(textChunks(path, detected))
  const delimiter = sniffDelimiter(sample)

  let header: Header | null = null
  let roles: Role[] = []
  let readers: (ColumnReader | null)[] = []
  let rows = 0
  await readRows(all(), delimiter, (cells) => {
    if (header === null) {
      header = usableHeader(cells)
      roles = rolesOf(header.names, options, delimiter)
      readers = roles.map((role) => ('reader' in role ? role.reader : null))
      return
    }
    rows++
    for (let index = 0; index < readers.length; index++) readers[index]?.add(cells[index] ?? '')
    if (rows % PROGRESS_ROWS === 0) options.onProgress?.(rows)
  })
  assertReadable(rows, header)
  notes.push(...(header as Header).notes)
  return { ...assembled(roles, rows, options, notes), notes, encoding, delimiter }
}

/** Columns leave their readers one by one, so that only one is held twice. */
function assembled(
  roles: Role[],
  rows: number,
  { like }: ReadTableOptions,
  notes: string[],
): Pick<LoadedTable, 'table' | 'label' | 'time' | 'dropped'> {
  const byName = new Map<string, Column>()
  const dropped: DroppedColumn[] = []
  let label: Words | null = null
  let time: Float64Array | null = null
  for (let role = roles.shift(); role; role = roles.shift()) {
    const { name } = role
    if (!('reader' in role)) {
      if (role.kind === 'asked') dropped.push({ name, reason: 'asked', why: 'You asked for it.' })
      continue
    }
    const raw = role.reader.finish()
    if (role.kind === 'label') label = labelWords(name, raw)
    else if (role.kind === 'time') {
      time = timeOf(name, raw)
      dropped.push({ name, reason: 'orders rows', why: 'It orders the rows in time.' })
    } else if (like) {
      const schema = like.find((column) => columnIndex([name], column.name) === 0)
      if (schema) byName.set(schema.name, alikeColumn(schema, raw, role.reader, notes))
    } else {
      const inferred = inferColumn(name, raw)
      notes.push(...inferred.notes)
      if ('column' in inferred) byName.set(name, inferred.column)
      else dropped.push(inferred.dropped)
    }
  }
  const columns = like
    ? like.flatMap(({ name }) => byName.get(name) ?? [])
    : Array.from(byName.values())
  if (columns.length === 0 || label === null) {
    throw new TableError(
      'no_features',
      'No column is left to learn from.',
      `Dropped were: ${dropped.map(({ name, reason }) => `${name} (${reason})`).join(', ')}.`,
    )
  }
  return { table: { rows, columns }, label, time, dropped }
}

function labelWords(name: string, raw: RawColumn): Words {
  if (raw.kind === 'words') return { name, codes: raw.codes, words: raw.words }
  throw new TableError(
    'too_many_values',
    `The label "${name}" has more than 100,000 different values.`,
    'A label says of each row whether it happened; name such a column.',
  )
}
