import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ControlDatabase } from '#tests/identity/control-database.ts'
import { addConnection, addWorkspace, controlDatabase } from '#tests/identity/control-database.ts'
import type { StoreClient } from '../../store/client.ts'
import { type KeyRing, keyRing } from '../key-ring.ts'
import { clientSecretOf, isolateOver, sealingKey } from '../sealing.fixture.ts'
import { storeNow } from './key-inventory.ts'
import { deleteUnusedKeys, RETIRED_STAYS_MS, renewDataKey } from './retire-data-keys.ts'
import { rotateDataKey } from './rotate-data-key.ts'

const KEYS = sealingKey('k1')
const CONNECTIONS = 120

let database: ControlDatabase
let control: StoreClient
let ring: KeyRing

beforeEach(async () => {
  database = await controlDatabase()
  control = database.control
  ring = await keyRing(KEYS)
  for (const id of ['demo', 'other']) await addWorkspace(control, id)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await database.remove()
})

const isolate = () => isolateOver(() => control, KEYS)
const add = (workspaceId: string, id: string) =>
  addConnection(control, isolate(), workspaceId, id, `secret of ${id}`)
const sealedOf = async (id: string) =>
  String(
    (
      await control.execute({
        sql: 'SELECT sealed_client_secret AS sealed FROM sso_connections WHERE id = ?',
        args: [id],
      })
    ).rows[0]?.sealed,
  )
const keysOf = async (owner: string) =>
  Number(
    (
      await control.execute({
        sql: 'SELECT count(*) AS n FROM data_keys WHERE workspace_id = ?',
        args: [owner],
      })
    ).rows[0]?.n,
  )
const retiredAgo = (ms: number) =>
  control.execute({
    sql: `UPDATE data_keys SET retired_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) - ?
          WHERE retired_at IS NOT NULL`,
    args: [ms],
  })
const ALL = Number.MAX_SAFE_INTEGER

describe('a retired data key', () => {
  test('that nothing names stays for as long as isolates may seal with it, and goes then', async () => {
    await isolate().seal(clientSecretOf('demo', 'c1'), '')
    await renewDataKey(control, ring, 'demo', ALL)
    expect(await deleteUnusedKeys(control, 'demo')).toBe(1)
    await retiredAgo(RETIRED_STAYS_MS - 10_000)
    expect(await deleteUnusedKeys(control, 'demo')).toBe(1)
    await retiredAgo(RETIRED_STAYS_MS)
    expect(await deleteUnusedKeys(control, 'demo')).toBe(0)
    expect(await keysOf('demo')).toBe(1)
  })

  test('that a value names stays whatever time has passed, also a value that stands elsewhere', async () => {
    await add('demo', 'c1')
    await renewDataKey(control, ring, 'demo', ALL)
    await retiredAgo(10 * RETIRED_STAYS_MS)
    expect(await deleteUnusedKeys(control, 'demo')).toBe(1)
    await control.execute(`UPDATE sso_connections SET workspace_id = 'other'`)
    expect(await deleteUnusedKeys(control, 'demo')).toBe(1)
    await control.execute('DELETE FROM sso_connections')
    expect(await deleteUnusedKeys(control, 'demo')).toBe(0)
  })

  test('is replaced by one, however many renew it at once; who never had a key gets none', async () => {
    await isolate().seal(clientSecretOf('demo', 'c1'), '')
    const renewed = await Promise.all(
      Array.from({ length: 6 }, async () =>
        renewDataKey(control, ring, 'demo', (await storeNow(control)) + 1),
      ),
    )
    const { rows } = await control.execute('SELECT * FROM data_keys WHERE retired_at IS NULL')
    expect(rows).toHaveLength(1)
    expect(await keysOf('demo')).toBe(1 + renewed.filter((did) => did).length)
    expect(await renewDataKey(control, ring, 'other', ALL)).toBe(false)
    expect(await keysOf('other')).toBe(0)
  })

  test('is not put in the place of one that does not open', async () => {
    await isolate().seal(clientSecretOf('demo', 'c1'), '')
    const wrong = await keyRing(sealingKey('k1', 'another'))
    await expect(renewDataKey(control, wrong, 'demo', ALL)).rejects.toThrow('does not open')
    expect(await keysOf('demo')).toBe(1)
  })
})

describe('sealing anew', () => {
  test('in bounded calls comes to its end without a memory, and everything opens in between', async () => {
    for (let i = 0; i < CONNECTIONS; i++) await add('demo', `c${i}`)
    await add('other', 'o1')
    const others = await sealedOf('o1')
    const madeBefore = (await storeNow(control)) + 1
    const seen: number[] = []
    for (let call = 0; call < 10; call++) {
      const { left } = await rotateDataKey(control, ring, 'demo', { madeBefore, maxPages: 1 })
      seen.push(left)
      for (const id of ['c0', 'c77', `c${CONNECTIONS - 1}`]) {
        const opened = await isolate().open(clientSecretOf('demo', id), await sealedOf(id))
        expect(opened).toBe(`secret of ${id}`)
      }
      if (left === 0) break
    }
    expect(seen).toEqual([70, 20, 0])
    expect(await keysOf('demo')).toBe(2)
    await retiredAgo(RETIRED_STAYS_MS)
    const last = await rotateDataKey(control, ring, 'demo', { madeBefore, maxPages: 1 })
    expect(last).toEqual({ done: true, rewritten: 0, left: 0, keysKept: 0, unreadable: [] })
    expect(await keysOf('demo')).toBe(1)
    expect(await sealedOf('o1')).toBe(others)
  })

  test('leaves what somebody wrote while it was reading, and finds it with the next call', async () => {
    for (const id of ['c1', 'c2']) await add('demo', id)
    const late = await isolate().seal(clientSecretOf('demo', 'c1'), 'written meanwhile')
    const options = { madeBefore: (await storeNow(control)) + 1, maxPages: 1 }
    await renewDataKey(control, ring, 'demo', options.madeBefore)
    vi.spyOn(control, 'batch').mockImplementationOnce(async (...batch) => {
      await control.execute({
        sql: `UPDATE sso_connections SET sealed_client_secret = ? WHERE id = 'c1'`,
        args: [late],
      })
      return control.batch(...batch)
    })
    const first = await rotateDataKey(control, ring, 'demo', { ...options, madeBefore: 0 })
    expect([first.rewritten, first.left]).toEqual([1, 1])
    expect(await sealedOf('c1')).toBe(late)
    const second = await rotateDataKey(control, ring, 'demo', { ...options, madeBefore: 0 })
    expect([second.rewritten, second.left]).toEqual([1, 0])
    const opened = await isolate().open(clientSecretOf('demo', 'c1'), await sealedOf('c1'))
    expect(opened).toBe('written meanwhile')
  })

  test('names what does not open, and goes on behind it', async () => {
    for (const id of ['c1', 'c2', 'c3']) await add('demo', id)
    const options = { madeBefore: (await storeNow(control)) + 1, maxPages: 1 }
    await control.execute(
      `UPDATE sso_connections SET sealed_client_secret = 'plain' WHERE id = 'c1'`,
    )
    await control.execute(
      `UPDATE sso_connections SET sealed_client_secret = sealed_client_secret || 'AAAA' WHERE id = 'c2'`,
    )
    const rotated = await rotateDataKey(control, ring, 'demo', options)
    expect(rotated.unreadable.map(({ row, kind }) => [row, kind])).toEqual([
      ['c1', 'not_sealed'],
      ['c2', 'does_not_open'],
    ])
    expect([rotated.done, rotated.rewritten, rotated.left]).toEqual([false, 1, 2])
  })
})
