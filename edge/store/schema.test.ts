import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client'
import { getTableConfig, SQLiteSyncDialect, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from '#dev/platform/migrate.ts'
import * as audit from './audit-schema.ts'
import * as tenancy from './control-schema.ts'
import * as identity from './identity-schema.ts'
import * as workspace from './workspace-schema.ts'

interface Column {
  name: string
  type: string
  notNull: boolean
  /** Place in the primary key, 0 for none. */
  key: number
  default: string | null
}

interface Index {
  name: string
  unique: boolean
  columns: string[]
  where: string | null
}

interface Table {
  columns: Column[]
  indexes: Index[]
  /** Unique constraints written in the table itself: their indexes have no name of ours. */
  uniques: string[][]
  references: string[]
  autoIncrement: boolean
}

const dialect = new SQLiteSyncDialect()

/** Both sides name a column of a partial index in their own way. */
const plain = (sql: string) => sql.replaceAll(/"(\w+)"\.|"/g, '').trim()

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

/** SQLite lets an INTEGER PRIMARY KEY and a key of a WITHOUT ROWID table never be null, written or not. */
const columnKey = (column: Column) => ({ ...column, notNull: column.notNull || column.key > 0 })

function declared(table: SQLiteTable): Table {
  const config = getTableConfig(table)
  const composite = config.primaryKeys[0]?.columns.map(({ name }) => name) ?? []
  return {
    columns: config.columns.map((column) =>
      columnKey({
        name: column.name,
        type: column.getSQLType().toUpperCase(),
        notNull: column.notNull,
        key: column.primary ? 1 : composite.indexOf(column.name) + 1,
        default:
          column.default === undefined ? null : literal(column.mapToDriverValue(column.default)),
      }),
    ),
    indexes: config.indexes
      .map(({ config: index }) => ({
        name: index.name,
        unique: index.unique,
        columns: index.columns.map((column) => ('name' in column ? column.name : '?')),
        where: index.where ? plain(dialect.sqlToQuery(index.where).sql) : null,
      }))
      .sort(byName),
    uniques: [
      ...config.uniqueConstraints.map(({ columns }) => columns.map(({ name }) => name)),
      ...config.columns.filter(({ isUnique }) => isUnique).map(({ name }) => [name]),
    ].sort(),
    references: config.foreignKeys
      .map((key) => {
        const { columns, foreignColumns, foreignTable } = key.reference()
        return `${columns[0]?.name} -> ${getTableConfig(foreignTable).name}.${foreignColumns[0]?.name}`
      })
      .sort(),
    autoIncrement: config.columns.some(
      (column) => 'autoIncrement' in column && column.autoIncrement === true,
    ),
  }
}

const literal = (value: unknown) => (typeof value === 'string' ? `'${value}'` : String(value))

async function actual(client: Client, name: string): Promise<Table> {
  const ask = async (sql: string, ...args: string[]) => (await client.execute({ sql, args })).rows
  const columns = await ask('SELECT * FROM pragma_table_info(?) ORDER BY cid', name)
  const list = await ask(
    'SELECT l.*, m.sql FROM pragma_index_list(?) l LEFT JOIN sqlite_schema m ON m.name = l.name',
    name,
  )
  const withColumns = await Promise.all(
    list.map(async (row) => ({
      name: String(row.name),
      unique: row.unique === 1,
      origin: String(row.origin),
      columns: (
        await ask('SELECT name FROM pragma_index_info(?) ORDER BY seqno', String(row.name))
      ).map((column) => String(column.name)),
      where: / WHERE (.*)$/s.exec(String(row.sql ?? ''))?.[1] ?? null,
    })),
  )
  const [schema] = await ask('SELECT sql FROM sqlite_schema WHERE name = ?', name)
  return {
    columns: columns.map((row) =>
      columnKey({
        name: String(row.name),
        type: String(row.type),
        notNull: row.notnull === 1,
        key: Number(row.pk),
        default: row.dflt_value === null ? null : String(row.dflt_value),
      }),
    ),
    indexes: withColumns
      .filter(({ origin }) => origin === 'c')
      .map(({ origin: _, ...index }) => index)
      .sort(byName),
    uniques: withColumns
      .filter(({ origin }) => origin === 'u')
      .map((index) => index.columns)
      .sort(),
    references: (await ask('SELECT * FROM pragma_foreign_key_list(?)', name))
      .map((row) => `${row.from} -> ${row.table}.${row.to}`)
      .sort(),
    autoIncrement: / AUTOINCREMENT/.test(String(schema?.sql)),
  }
}

describe.each([
  ['control', [tenancy, identity]],
  ['workspace', [workspace, audit]],
] as const)('the %s schema', (kind, schema) => {
  const tables = schema
    .flatMap((part) => Object.values<unknown>(part))
    .filter((value) => value instanceof SQLiteTable)
  let dir: string
  let client: Client

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'edgewise-schema-'))
    client = createClient({ url: `file:${join(dir, 'store.db')}` })
    await migrate(client, kind)
  })

  afterAll(async () => {
    client.close()
    await rm(dir, { recursive: true })
  })

  test('has the tables that the migrations make', async () => {
    const { rows } = await client.execute(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
         AND name <> 'schema_migrations' ORDER BY name`,
    )
    const names = tables.map((table) => getTableConfig(table).name)
    expect(names.sort()).toEqual(rows.map((row) => row.name))
  })

  test.each(tables.map((table) => [getTableConfig(table).name, table] as const))(
    'says of %s what the database says: columns, keys, defaults, indexes, references',
    async (name, table) => {
      expect(declared(table)).toEqual(await actual(client, name))
    },
  )
})
