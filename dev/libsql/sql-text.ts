/**
 * Reads SQL text as far as a server has to: where statements end, which parameters they have, and
 * whether they write. The embedded engine's API tells none of the three. Numbering of parameters
 * and the rule for where CREATE TRIGGER ends follow SQLite's tokenizer and sqlite3_complete().
 */

export type SqlStatement = {
  sql: string
  /** By index from 1 (element 0 is `?1`); the name carries its sigil, `undefined` for a bare `?`. */
  params: readonly (string | undefined)[]
  /** Needs the database's write lock, so it may have to wait for another writer. */
  writes: boolean
  /** INSERT, UPDATE, DELETE or REPLACE: only these have an affected row count. */
  changesRows: boolean
  /** INSERT or REPLACE: only these have a last insert rowid. */
  inserts: boolean
  explains: boolean
  /** Leaves something on the connection (a pragma's setting, a temporary table). */
  altersConnection: boolean
  /** Some pragmas act while they are compiled, so a kept statement would do nothing. */
  reusable: boolean
  /** Why this server does not run it. */
  refusal: string | undefined
}

type Token = { kind: 'word' | 'punctuation' | 'other'; text: string; depth: number }

const WORD_CHARACTER = /[A-Za-z0-9_$\u0080-\uffff]/
const WORD = /[A-Za-z0-9_$\u0080-\uffff]+/y
const VARIABLE_NAME = /[:@$#](?:[A-Za-z0-9_$\u0080-\uffff]|::)+/y
const NUMBERED_VARIABLE = /\?\d*/y

/** PRAGMAs that write the file, or may. */
const WRITING_PRAGMAS = new Set([
  'APPLICATION_ID',
  'AUTO_VACUUM',
  'INCREMENTAL_VACUUM',
  'OPTIMIZE',
  'SCHEMA_VERSION',
  'USER_VERSION',
  'WAL_CHECKPOINT',
  'WRITABLE_SCHEMA',
])

/** PRAGMAs whose setting the server's promises stand on: durability, no waiting inside the engine. */
const FIXED_PRAGMAS = new Set([
  'BUSY_TIMEOUT',
  'HEXKEY',
  'HEXREKEY',
  'JOURNAL_MODE',
  'KEY',
  'LOCKING_MODE',
  'MMAP_SIZE',
  'REKEY',
  'SYNCHRONOUS',
  'TEMP_STORE_DIRECTORY',
  'WAL_AUTOCHECKPOINT',
])

const READING_VERBS = new Set([
  'BEGIN',
  'COMMIT',
  'DETACH',
  'END',
  'EXPLAIN',
  'RELEASE',
  'ROLLBACK',
  'SAVEPOINT',
  'SELECT',
  'VALUES',
])

const ROW_VERBS = new Set(['DELETE', 'INSERT', 'REPLACE', 'UPDATE'])
const BODY_VERBS = new Set([...ROW_VERBS, 'SELECT', 'VALUES'])

function matchAt(pattern: RegExp, sql: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0] ?? ''
}

/** Where a quoted run that opens at `at` ends (just behind its closing quote). */
function endOfQuoted(sql: string, at: number): number {
  const open = sql[at]
  if (open === '[') {
    const close = sql.indexOf(']', at)
    return close < 0 ? sql.length : close + 1
  }
  let position = at + 1
  while (position < sql.length) {
    if (sql[position] === open) {
      if (sql[position + 1] !== open) return position + 1
      position += 1
    }
    position += 1
  }
  return sql.length
}

class Parameters {
  readonly names: (string | undefined)[] = []

  add(variable: string): void {
    if (variable === '?') {
      this.names.push(undefined)
      return
    }
    if (variable.startsWith('?')) {
      const index = Number(variable.slice(1))
      // SQLite refuses numbers beyond its limit; compiling the statement reports it.
      if (index < 1 || index > 32_766) return
      while (this.names.length < index) this.names.push(undefined)
      this.names[index - 1] ??= variable
      return
    }
    if (!this.names.includes(variable)) this.names.push(variable)
  }
}

function isTrigger(words: readonly Token[]): boolean {
  const verbs = words.slice(0, 4).map((token) => token.text)
  if (verbs[0] === 'EXPLAIN') verbs.shift()
  if (verbs[0] !== 'CREATE') return false
  return verbs[1] === 'TRIGGER' || (/^TEMP(ORARY)?$/.test(verbs[1] ?? '') && verbs[2] === 'TRIGGER')
}

/** Only `;END;` closes a trigger: its body is statements that end in semicolons themselves. */
function closesTrigger(tokens: readonly Token[]): boolean {
  return tokens.at(-1)?.text === 'END' && tokens.at(-2)?.text === ';'
}

/**
 * Splits SQL text into its statements.
 * @returns one entry a statement, in order; text of only spaces and comments gives none.
 */
export function readStatements(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = []
  let start = 0
  let depth = 0
  let tokens: Token[] = []
  let parameters = new Parameters()
  let position = 0

  const finish = (end: number): void => {
    if (tokens.length > 0) statements.push(classify(sql.slice(start, end), tokens, parameters))
    tokens = []
    parameters = new Parameters()
    depth = 0
  }

  while (position < sql.length) {
    const character = sql.charAt(position)
    if (WORD_CHARACTER.test(character) && character !== '$') {
      const text = matchAt(WORD, sql, position)
      tokens.push({ kind: 'word', text: text.toUpperCase(), depth })
      position += text.length
    } else if (/\s/.test(character)) {
      position += 1
    } else if (character === '-' && sql[position + 1] === '-') {
      const end = sql.indexOf('\n', position)
      position = end < 0 ? sql.length : end + 1
    } else if (character === '/' && sql[position + 1] === '*') {
      const end = sql.indexOf('*/', position + 2)
      position = end < 0 ? sql.length : end + 2
    } else if (`'"\`[`.includes(character)) {
      const end = endOfQuoted(sql, position)
      tokens.push({ kind: 'other', text: sql.slice(position, end), depth })
      position = end
    } else if (character === '?') {
      const text = matchAt(NUMBERED_VARIABLE, sql, position)
      parameters.add(text)
      tokens.push({ kind: 'other', text, depth })
      position += text.length
    } else if (':@$#'.includes(character)) {
      const text = matchAt(VARIABLE_NAME, sql, position) || character
      if (text.length > 1) parameters.add(text)
      tokens.push({ kind: 'other', text, depth })
      position += text.length
    } else if (character === ';' && !(isTrigger(tokens) && !closesTrigger(tokens))) {
      finish(position)
      position += 1
      start = position
    } else {
      if (character === '(') depth += 1
      if (character === ')') depth -= 1
      tokens.push({ kind: 'punctuation', text: character, depth })
      position += 1
    }
  }
  finish(sql.length)
  return statements
}

function classify(sql: string, tokens: readonly Token[], parameters: Parameters): SqlStatement {
  const words = tokens.filter((token) => token.kind === 'word')
  const first = words[0]?.text ?? ''
  const explains = first === 'EXPLAIN'
  const verb =
    first === 'WITH'
      ? (words.find((word) => word.depth === 0 && BODY_VERBS.has(word.text))?.text ?? '')
      : first
  const pragma = verb === 'PRAGMA' ? readPragma(tokens) : undefined
  const temporary = verb === 'CREATE' && /^TEMP(ORARY)?$/.test(words[1]?.text ?? '')
  return {
    sql,
    params: parameters.names,
    writes: writesFile(verb, words, pragma),
    changesRows: ROW_VERBS.has(verb),
    inserts: verb === 'INSERT' || verb === 'REPLACE',
    explains,
    altersConnection: temporary || pragma?.sets === true,
    reusable: pragma === undefined,
    refusal: refusalOf(verb, words, pragma),
  }
}

type Pragma = { name: string; sets: boolean }

function readPragma(tokens: readonly Token[]): Pragma {
  // PRAGMA [schema.]name [= value | (value)]
  const nameAt = tokens[2]?.text === '.' ? 3 : 1
  const sets = tokens[nameAt + 1] !== undefined
  return { name: (tokens[nameAt]?.text ?? '').toUpperCase(), sets }
}

function writesFile(verb: string, words: readonly Token[], pragma: Pragma | undefined): boolean {
  if (pragma) return WRITING_PRAGMAS.has(pragma.name)
  if (verb === 'BEGIN') return words[1]?.text === 'IMMEDIATE' || words[1]?.text === 'EXCLUSIVE'
  return !READING_VERBS.has(verb)
}

function refusalOf(
  verb: string,
  words: readonly Token[],
  pragma: Pragma | undefined,
): string | undefined {
  if (pragma?.sets && FIXED_PRAGMAS.has(pragma.name)) {
    return `this server fixes PRAGMA ${pragma.name.toLowerCase()}`
  }
  if (verb === 'ATTACH') return 'ATTACH is not available: every database stands alone'
  if (verb === 'VACUUM' && words.some((word) => word.text === 'INTO')) {
    return 'VACUUM INTO is not available: the server keeps to its own files'
  }
  return undefined
}
