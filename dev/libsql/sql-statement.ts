/** What the server has to know of a statement before it runs; the engine's API does not tell. */
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

/** `text` of a word is in upper case; `depth` counts open parentheses. */
export type SqlToken = { kind: 'word' | 'punctuation' | 'other'; text: string; depth: number }

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

/** Says what a statement does, from its tokens. */
export function classify(
  sql: string,
  tokens: readonly SqlToken[],
  params: SqlStatement['params'],
): SqlStatement {
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
    params,
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

function readPragma(tokens: readonly SqlToken[]): Pragma {
  // PRAGMA [schema.]name [= value | (value)]
  const nameAt = tokens[2]?.text === '.' ? 3 : 1
  const sets = tokens[nameAt + 1] !== undefined
  return { name: (tokens[nameAt]?.text ?? '').toUpperCase(), sets }
}

function writesFile(verb: string, words: readonly SqlToken[], pragma: Pragma | undefined): boolean {
  if (pragma) return WRITING_PRAGMAS.has(pragma.name)
  if (verb === 'BEGIN') return words[1]?.text === 'IMMEDIATE' || words[1]?.text === 'EXCLUSIVE'
  return !READING_VERBS.has(verb)
}

function refusalOf(
  verb: string,
  words: readonly SqlToken[],
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
