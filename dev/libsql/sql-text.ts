import { classify, type SqlStatement, type SqlToken } from './sql-statement.ts'

/**
 * Reads SQL text as far as a server has to: where statements end and which parameters they have.
 * The embedded engine's API tells neither. Numbering of parameters and the rule for where CREATE
 * TRIGGER ends follow SQLite's tokenizer and sqlite3_complete().
 */

const WORD_CHARACTER = /[A-Za-z0-9_$\u0080-\uffff]/
const WORD = /[A-Za-z0-9_$\u0080-\uffff]+/y
const VARIABLE_NAME = /[:@$#](?:[A-Za-z0-9_$\u0080-\uffff]|::)+/y
const NUMBERED_VARIABLE = /\?\d*/y

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

function isTrigger(words: readonly SqlToken[]): boolean {
  const verbs = words.slice(0, 4).map((token) => token.text)
  if (verbs[0] === 'EXPLAIN') verbs.shift()
  if (verbs[0] !== 'CREATE') return false
  return verbs[1] === 'TRIGGER' || (/^TEMP(ORARY)?$/.test(verbs[1] ?? '') && verbs[2] === 'TRIGGER')
}

/** Only `;END;` closes a trigger: its body is statements that end in semicolons themselves. */
function closesTrigger(tokens: readonly SqlToken[]): boolean {
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
  let tokens: SqlToken[] = []
  let parameters = new Parameters()
  let position = 0

  const finish = (end: number): void => {
    if (tokens.length > 0)
      statements.push(classify(sql.slice(start, end), tokens, parameters.names))
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
