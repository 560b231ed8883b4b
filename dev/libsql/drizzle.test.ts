import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Client, createClient } from '@libsql/client/web'
import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/libsql'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from './server.ts'

/** Where schemas find drizzle-orm, and drizzle-kit lies. */
const ROOT = join(import.meta.dirname, '..', '..')

const TOKEN = 'drizzle-test-token'

const notes = sqliteTable('notes', {
  id: integer('id').primaryKey(),
  body: text('body').notNull().unique(),
  data: text('data', { mode: 'json' }).$type<{ tags: string[] }>(),
  at: integer('at', { mode: 'timestamp_ms' }),
  done: integer('done', { mode: 'boolean' }).notNull().default(false),
})

let dir: string
let server: LibsqlServer
let client: Client
let db: ReturnType<typeof drizzle>

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'libsql-drizzle-'))
  server = await startLibsqlServer({ dir: join(dir, 'data'), token: TOKEN })
  client = createClient({ url: databaseUrl(server.url, 'orm'), authToken: TOKEN })
  db = drizzle(client)
  await writeMigration(join(dir, 'migrations'))
  await migrate(db, { migrationsFolder: join(dir, 'migrations') })
})

afterAll(async () => {
  client.close()
  await server.stop()
  await rm(dir, { recursive: true })
})

async function writeMigration(folder: string): Promise<void> {
  await mkdir(join(folder, 'meta'), { recursive: true })
  await writeFile(
    join(folder, '0000_notes.sql'),
    `CREATE TABLE notes (id integer PRIMARY KEY, body text NOT NULL, data text, at integer, done integer DEFAULT false NOT NULL);
--> statement-breakpoint
CREATE UNIQUE INDEX notes_body_unique ON notes (body);`,
  )
  const entry = { idx: 0, version: '6', when: 1, tag: '0000_notes', breakpoints: true }
  await writeFile(
    join(folder, 'meta', '_journal.json'),
    JSON.stringify({ version: '7', dialect: 'sqlite', entries: [entry] }),
  )
}

test('migrations run once', async () => {
  await migrate(db, { migrationsFolder: join(dir, 'migrations') })
  const rs = await client.execute('SELECT count(*) AS n FROM __drizzle_migrations')
  expect(rs.rows[0]?.n).toBe(1)
})

test('rows go in and come out with their types', async () => {
  const at = new Date('2026-01-02T03:04:05.678Z')
  const data = { tags: ['a', 'ž'] }
  const [inserted] = await db.insert(notes).values({ body: 'typed', data, at }).returning()
  expect(inserted).toMatchObject({ body: 'typed', data, at, done: false })
  await db.update(notes).set({ done: true }).where(eq(notes.body, 'typed'))
  expect(await db.select().from(notes).where(eq(notes.body, 'typed'))).toEqual([
    { ...inserted, done: true },
  ])
  const deleted = await db.delete(notes).where(eq(notes.body, 'typed'))
  expect(deleted.rowsAffected).toBe(1)
})

test('a conflict is resolved by upsert, or told with its cause', async () => {
  await db.insert(notes).values({ body: 'once' })
  await db
    .insert(notes)
    .values({ body: 'once', done: true })
    .onConflictDoUpdate({ target: notes.body, set: { done: true } })
  expect(await db.$count(notes, eq(notes.done, true))).toBe(1)
  await expect(db.insert(notes).values({ body: 'once' })).rejects.toMatchObject({
    cause: { code: 'SQLITE_CONSTRAINT' },
  })
})

test('a transaction commits as a whole or not at all', async () => {
  await db.transaction(async (tx) => {
    await tx.insert(notes).values({ body: 'kept' })
    await expect(
      tx.transaction(async (inner) => {
        await inner.insert(notes).values({ body: 'undone by its savepoint' })
        inner.rollback()
      }),
    ).rejects.toThrow(/Rollback/)
  })
  const failing = db.transaction(async (tx) => {
    await tx.insert(notes).values({ body: 'lost' })
    throw new Error('second thoughts')
  })
  await expect(failing).rejects.toThrow('second thoughts')
  const bodies = await db.select({ body: notes.body }).from(notes).where(sql`body <> 'once'`)
  expect(bodies).toEqual([{ body: 'kept' }])
})

test('a batch answers each of its statements', async () => {
  const [inserted, all] = await db.batch([
    db.insert(notes).values({ body: 'from a batch' }).returning({ body: notes.body }),
    db.select({ n: sql<number>`count(*)` }).from(notes).where(eq(notes.body, 'from a batch')),
  ])
  expect([inserted, all]).toEqual([[{ body: 'from a batch' }], [{ n: 1 }]])
})

test('drizzle-kit pushes a schema, and changes it later', { timeout: 60_000 }, async () => {
  const url = databaseUrl(server.url, 'pushed')
  const folder = await mkdtemp(join(ROOT, 'node_modules', '.drizzle-kit-test-'))
  try {
    const push = async (columns: string) => {
      await writeFile(
        join(folder, 'schema.ts'),
        `import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
         export const parents = sqliteTable('parents', { id: integer('id').primaryKey(), ${columns} })
         export const children = sqliteTable('children', { p: integer('p').references(() => parents.id) })`,
      )
      await writeFile(
        join(folder, 'drizzle.config.json'),
        JSON.stringify({
          dialect: 'turso',
          schema: join(folder, 'schema.ts'),
          dbCredentials: { url, authToken: TOKEN },
        }),
      )
      await promisify(execFile)(
        process.execPath,
        [
          join(ROOT, 'node_modules', 'drizzle-kit', 'bin.cjs'),
          'push',
          '--force',
          `--config=${join(folder, 'drizzle.config.json')}`,
        ],
        { timeout: 50_000 },
      )
    }
    await push(`name: text('name')`)
    const pushed = createClient({ url, authToken: TOKEN })
    await pushed.batch(
      [`INSERT INTO parents VALUES (1, 'one')`, 'INSERT INTO children VALUES (1)'],
      'write',
    )
    await push(
      `name: text('name').notNull().default('?'), rank: integer('rank').notNull().default(7)`,
    )
    expect((await pushed.execute('SELECT id, name, rank FROM parents')).rows).toEqual([
      { id: 1, name: 'one', rank: 7 },
    ])
    const nameless = pushed.execute('INSERT INTO parents (name) VALUES (NULL)')
    await expect(nameless).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
    pushed.close()
  } finally {
    await rm(folder, { recursive: true })
  }
})
