import type { SqlStatement } from './sql-statement.ts'
import { readStatements } from './sql-text.ts'

/** SQL texts whose reading is kept: clients send the same few again and again. */
const TEXTS_KEPT = 512
const TEXT_CHARACTERS_KEPT = 8_192
const readTexts = new Map<string, readonly SqlStatement[]>()

/** The statements of a text, remembered for the texts read last. */
export function statementsOf(sql: string): readonly SqlStatement[] {
  const known = readTexts.get(sql)
  if (known) return known
  const statements = readStatements(sql)
  if (sql.length <= TEXT_CHARACTERS_KEPT) {
    readTexts.set(sql, statements)
    if (readTexts.size > TEXTS_KEPT) {
      const [oldest] = readTexts.keys()
      if (oldest !== undefined) readTexts.delete(oldest)
    }
  }
  return statements
}
