import { StatementError } from './engine-errors.ts'
import type { SqlValue, Statement } from './protocol.ts'

function invalid(reason: string): StatementError {
  return new StatementError('ARGS_INVALID', `Arguments do not match SQL parameters: ${reason}`)
}

const JSON_ESCAPE = /\\(?:u([0-9a-fA-F]{4})|[^u])/g

/**
 * True for JSON text with half a surrogate pair, such as `"\ud800"`. SQLite's JSON functions turn
 * it into text that is not UTF-8, which the libSQL server cannot read back, and the embedded engine
 * ends the whole process when asked to (tursodatabase/libsql#1223).
 */
export function hasUnpairedSurrogateEscape(text: string): boolean {
  if (!text.includes('\\u')) return false
  let openHighEndsAt = -1
  for (const match of text.matchAll(JSON_ESCAPE)) {
    const unit = match[1] === undefined ? 0 : Number.parseInt(match[1], 16)
    const isLow = unit >= 0xdc00 && unit <= 0xdfff
    const closes = isLow && match.index === openHighEndsAt
    if (isLow !== closes || (openHighEndsAt >= 0 && !closes)) return true
    openHighEndsAt = unit >= 0xd800 && unit <= 0xdbff ? match.index + match[0].length : -1
  }
  return openHighEndsAt >= 0
}

/**
 * Lays a request's arguments out by parameter index, the way the libSQL server does: `?` and
 * `?NNN` take positional arguments; `:a`, `@a` and `$a` take the named argument of that name, with
 * or without its sigil.
 * @param params the parameters' names, by index from 1.
 * @throws StatementError ARGS_INVALID for a missing or a superfluous argument.
 */
export function bindValues(
  params: readonly (string | undefined)[],
  request: Pick<Statement, 'args' | 'named_args'>,
): SqlValue[] {
  const positional = request.args ?? []
  const named = request.named_args ?? []
  if (positional.length > 0 && named.length > 0) {
    throw new StatementError(
      'ARGS_BOTH_POSITIONAL_AND_NAMED',
      'Specifying both positional and named arguments is not supported',
    )
  }
  const given = positional.length + named.length
  if (given > params.length) {
    throw invalid(`too many parameters, expected ${params.length}, found ${given}`)
  }
  const byName = new Map(named.map(({ name, value }) => [name, value]))
  return params.map((name, index) => {
    const value =
      name === undefined || name.startsWith('?')
        ? positional[index]
        : (byName.get(name) ?? byName.get(name.slice(1)))
    if (value === undefined && !(name && (byName.has(name) || byName.has(name.slice(1))))) {
      throw invalid(`value for parameter ${name ?? index + 1} not found`)
    }
    if (typeof value === 'string' && hasUnpairedSurrogateEscape(value)) {
      throw invalid(`parameter ${name ?? index + 1} has half a surrogate pair in a \\u escape`)
    }
    return value ?? null
  })
}
