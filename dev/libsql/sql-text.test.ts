import fc from 'fast-check'
import Engine from 'libsql'
import { describe, expect, test } from 'vitest'
import type { SqlStatement } from './sql-statement.ts'
import { readStatements } from './sql-text.ts'

function only(sql: string): SqlStatement {
  const [statement, ...more] = readStatements(sql)
  if (!statement || more.length > 0) throw new Error(`not one statement: ${sql}`)
  return statement
}

describe('splitting', () => {
  test('semicolons in strings, names and comments end nothing', () => {
    const sql = `SELECT ';', ";", \`;\`, [;] -- ;\n/* ; */ , 'it''s;'; SELECT 2`
    expect(readStatements(sql)).toHaveLength(2)
  })

  test('empty text, spaces, comments and lone semicolons are no statements', () => {
    expect(readStatements(' ;; -- nothing\n /* at all */ ; ')).toEqual([])
  })

  test('a trigger is one statement, with CASE in its body or TEMP in its head', () => {
    const body = `BEGIN UPDATE a SET x = CASE WHEN 1 THEN 2 END; DELETE FROM b; END`
    const sql = `CREATE TEMP TRIGGER t AFTER INSERT ON a ${body}; SELECT 1;`
    expect(readStatements(sql).map((statement) => statement.writes)).toEqual([true, false])
  })

  test('an unclosed string or comment reaches to the end', () => {
    expect(readStatements(`SELECT 'a; SELECT 2`)).toHaveLength(1)
    expect(readStatements('SELECT 1 /* ; SELECT 2')).toHaveLength(1)
  })

  test('statements joined by semicolons come apart again', () => {
    const piece = fc.constantFrom(
      `SELECT 'a;b'`,
      'INSERT INTO t VALUES (?, :x) -- ;\n',
      'CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END',
      'UPDATE t SET "a;" = [b;]',
      '/* ; */ DELETE FROM t',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        expect(readStatements(pieces.join(';')).map((statement) => statement.sql)).toEqual(pieces)
      }),
    )
  })
})

describe('parameters', () => {
  test('they are numbered as the engine numbers them', () => {
    const engine = new Engine(':memory:')
    const parameter = fc.constantFrom('?', '?1', '?3', '?12', ':a', '@a', '$a', ':b', '$ns::c')
    fc.assert(
      fc.property(fc.array(parameter, { minLength: 1, maxLength: 8 }), (variables) => {
        const statement = only(`SELECT ${variables.join(', ')}`)
        const indices = statement.params.map((_, index) => index + 1)
        const row = engine.prepare<unknown[]>(statement.sql).raw(true).get(indices)
        if (!Array.isArray(row)) throw new Error('no row')
        for (const [at, variable] of variables.entries()) {
          const index = Number(row[at])
          if (/^[:@$]/.test(variable)) expect(statement.params[index - 1]).toBe(variable)
          else if (variable !== '?') expect(index).toBe(Number(variable.slice(1)))
        }
        expect(Math.max(...row.map(Number))).toBe(statement.params.length)
      }),
    )
  })

  test('a question mark in a string or a comment is none', () => {
    expect(only(`SELECT '?', "?" -- ?`).params).toEqual([])
  })
})

describe('what a statement does', () => {
  test.each([
    ['SELECT 1', false],
    ['VALUES (1)', false],
    ['EXPLAIN DELETE FROM t', false],
    ['BEGIN', false],
    ['BEGIN DEFERRED', false],
    ['COMMIT', false],
    ['PRAGMA table_info(t)', false],
    ['PRAGMA foreign_keys=off', false],
    ['WITH x AS (SELECT 1) SELECT * FROM x', false],
    ['BEGIN IMMEDIATE', true],
    ['begin exclusive', true],
    ['WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x', true],
    ['REPLACE INTO t VALUES (1)', true],
    ['CREATE TABLE t (a)', true],
    ['VACUUM', true],
    ['PRAGMA main.user_version = 3', true],
  ])('%s: writes is %s', (sql, writes) => {
    expect(only(sql).writes).toBe(writes)
  })

  test('only INSERT and REPLACE have a last rowid, only row changes an affected count', () => {
    expect(only('WITH x AS (SELECT 1) INSERT INTO t SELECT 1')).toMatchObject({
      inserts: true,
      changesRows: true,
    })
    expect(only('DELETE FROM t')).toMatchObject({ inserts: false, changesRows: true })
    expect(only('CREATE TABLE t (a)')).toMatchObject({ inserts: false, changesRows: false })
  })

  test.each(["ATTACH 'x.db' AS x", "VACUUM INTO 'x.db'", 'PRAGMA journal_mode=DELETE'])(
    '%s is refused',
    (sql) => {
      expect(only(sql).refusal).toBeTypeOf('string')
    },
  )
})
