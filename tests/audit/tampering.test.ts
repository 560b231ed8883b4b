import type { Client } from '@libsql/client'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { entryStatement } from '#edge/audit/append.ts'
import { chainRows } from '#edge/audit/chain-rows.ts'
import { chainEntry, emptyChain } from '#shared/audit/chain.ts'
import type { AuditRow } from '#shared/audit/entry.ts'
import { sha256 } from '#shared/audit/sha256.ts'
import {
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
} from '#tests/platform/faulty-platform.ts'
import { AuditApi } from './audit-api.ts'

const SLOTS = 8

let platform: TestPlatform
let workspace: TestWorkspace
let store: Client
let api: AuditApi
let before: AuditRow[]

beforeAll(async () => {
  platform = await startTestPlatform()
  workspace = await platform.addWorkspace('tampered')
  store = workspace.store
  api = new AuditApi(workspace.target)
  for (let n = 1; n < SLOTS; n++) await api.saveSlot(`slot-${n}`)
  await api.change('POST', 'slots/publish')
  before = await allRows()
  expect(before).toHaveLength(SLOTS)
})

afterAll(() => platform.stop())

afterEach(async () => {
  await rewrite(before)
  expect(await api.verdict()).toMatchObject({ verdict: 'whole', upTo: SLOTS })
})

async function allRows(): Promise<AuditRow[]> {
  const rows: AuditRow[] = []
  for await (const row of chainRows(store, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)) {
    rows.push(row)
  }
  return rows
}

/** As an administrator of the database can: without the triggers, all rows as they should now stand. */
async function rewrite(rows: readonly AuditRow[]): Promise<void> {
  await store.batch(
    [
      'DROP TRIGGER IF EXISTS audit_entries_unchanged',
      'DROP TRIGGER IF EXISTS audit_entries_kept',
      'DELETE FROM audit_entries',
      'DELETE FROM audit_values',
      ...rows.map(entryStatement),
      ...rows.flatMap(({ seq, values }) =>
        values
          ? [
              {
                sql: 'INSERT INTO audit_values VALUES (?, ?, ?, ?, ?)',
                args: [
                  seq,
                  values.salt,
                  values.reason,
                  JSON.stringify(values.before),
                  JSON.stringify(values.after),
                ],
              },
            ]
          : [],
      ),
    ],
    'write',
  )
}

const found = async () => (await api.verdict()).broken

test('the database refuses by itself to change or delete an entry', async () => {
  const fresh = await platform.addWorkspace('fresh')
  await new AuditApi(fresh.target).saveSlot('hero')
  const change = fresh.store.execute("UPDATE audit_entries SET actor_id = 'nobody'")
  await expect(change).rejects.toThrow('never changed')
  await expect(fresh.store.execute('DELETE FROM audit_entries')).rejects.toThrow('never deleted')
})

const COLUMNS = {
  id: "'another'",
  at: 'at + 1',
  action: "'slots.published'",
  actor_kind: "'job'",
  actor_id: "'somebody else'",
  session_id: "'a session'",
  subject_kind: "'model'",
  subject_id: "'another'",
  country: "'XX'",
  client: "'none'",
  values_hash: 'NULL',
  prev_hash: "'0'",
  hash: "'0'",
}

test.each(Object.entries(COLUMNS))(
  'an entry whose %s was changed is named',
  async (column, value) => {
    await rewrite(before)
    await store.execute(`UPDATE audit_entries SET ${column} = ${value} WHERE seq = 4`)
    expect(await found()).toEqual({ kind: 'changed', seq: 4 })
    expect((await api.verdict()).sentence).toBe('Entry 4 was changed after it was written.')
  },
)

test.each(['salt', 'reason', 'before', 'after'])(
  'values whose %s was changed are named',
  async (column) => {
    await store.execute(`UPDATE audit_values SET "${column}" = 'not this' WHERE seq = 3`)
    expect(await found()).toEqual({ kind: 'value_changed', seq: 3 })
  },
)

test('values that were erased are no lie', async () => {
  await store.execute('DELETE FROM audit_values WHERE seq IN (1, 3, 4)')
  expect(await api.verdict()).toMatchObject({ verdict: 'whole', upTo: SLOTS })
  await store.execute('DELETE FROM audit_values')
  expect(await api.verdict()).toMatchObject({ verdict: 'whole', upTo: SLOTS })
})

test('a deleted entry is named, also when the rest was numbered anew', async () => {
  await rewrite(before)
  await store.execute('DELETE FROM audit_entries WHERE seq = 5')
  expect(await found()).toEqual({ kind: 'missing', seq: 5 })
  await store.execute('UPDATE audit_entries SET seq = seq - 1 WHERE seq > 5')
  expect(await found()).toEqual({ kind: 'missing', seq: 5 })
})

test('an inserted entry is named, also when it fits the one before', async () => {
  const [one, two, three] = before
  if (!one || !two || !three) throw new Error('There are three entries.')
  const values = { reason: 'made up', before: null, after: null }
  const entry = { ...three, id: 'made up', action: 'members.changed' }
  const fake = await chainEntry(two, { entry, values }, 'salt', sha256)
  const behind = before.slice(2).map((row) => ({ ...row, seq: row.seq + 1 }))
  await rewrite([one, two, fake, ...behind])
  expect(await found()).toEqual({ kind: 'inserted', seq: 3 })
})

test('entries that changed places are named', async () => {
  const moved = before.map((row) => ({
    ...row,
    seq: row.seq === 2 ? 6 : row.seq === 6 ? 2 : row.seq,
  }))
  await rewrite(moved)
  expect(await found()).toEqual({ kind: 'out_of_order', seq: 2 })
})

test('the chain of another workspace does not pass for this one', async () => {
  const other = await platform.addWorkspace('othertenant')
  await new AuditApi(other.target).saveSlot('hero')
  const rows: AuditRow[] = []
  for await (const row of chainRows(other.store, 0, 9)) rows.push(row)
  await rewrite(rows)
  expect(await found()).toEqual({ kind: 'changed', seq: 1 })
})

/** As somebody with the code and the database, who makes everything fit. */
async function wholeChainAnew(): Promise<void> {
  const rows: AuditRow[] = []
  let head = await emptyChain('tampered', sha256)
  for (const { values, ...row } of before) {
    const entry = row.seq === 2 ? { ...row, actor: { kind: 'job' as const, name: 'nobody' } } : row
    const next = await chainEntry(head, { entry, values }, values?.salt ?? 'salt', sha256)
    rows.push(next)
    head = next
  }
  await rewrite(rows)
}

test('a whole chain written anew is right in itself: only an anchor can tell', async () => {
  await wholeChainAnew()
  expect(await api.verdict()).toMatchObject({ verdict: 'whole', anchoredUpTo: null })
})
