import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ControlDatabase, controlDatabase } from '#tests/identity/control-database.ts'
import type { StoreClient } from '../store/client.ts'
import { CURRENT_TRUST_MS } from './key-memory.ts'
import { SealError } from './seal-error.ts'
import type { SealContext } from './sealed-columns.ts'
import { clientSecretOf, isolateOver, sealingKey, totpOf } from './sealing.fixture.ts'

const KEYS = sealingKey('k1')
const CANARY = 'JBSWY3DPEHPK3PXP-canary'

let database: ControlDatabase
let control: StoreClient

beforeAll(async () => {
  database = await controlDatabase()
  control = database.control
})
afterAll(() => database.remove())
beforeEach(async () => {
  await control.execute('DELETE FROM data_keys')
})
afterEach(() => vi.restoreAllMocks())

const isolate = (keys = KEYS, now?: () => number) => isolateOver(() => control, keys, now)
const keysOf = async (owner: string) =>
  (await control.execute({ sql: 'SELECT * FROM data_keys WHERE workspace_id = ?', args: [owner] }))
    .rows
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('It opened.'),
    (error: unknown) => {
      if (error instanceof SealError) return error
      throw error
    },
  )

describe('data keys', () => {
  test('are made at the first use, one for each workspace and one for what belongs to none', async () => {
    const one = isolate()
    await one.seal(totpOf('u1'), CANARY)
    await one.seal(totpOf('u2'), CANARY)
    await one.seal(clientSecretOf('demo', 'c1'), CANARY)
    await one.seal(clientSecretOf('other', 'c1'), CANARY)
    const { rows } = await control.execute('SELECT workspace_id FROM data_keys ORDER BY 1')
    expect(rows.map((row) => row.workspace_id)).toEqual(['-', 'demo', 'other'])
  })

  test('of many isolates that need the first at the same moment, one key remains and all read all', async () => {
    const isolates = Array.from({ length: 12 }, () => isolate())
    const sealed = await Promise.all(
      isolates.map((one, index) => one.seal(clientSecretOf('demo', `c${index}`), CANARY)),
    )
    expect(await keysOf('demo')).toHaveLength(1)
    for (const one of isolates) {
      for (const [index, text] of sealed.entries()) {
        expect(await one.open(clientSecretOf('demo', `c${index}`), text)).toBe(CANARY)
      }
    }
  })

  test('are asked for once, and again after the time that a current one is trusted', async () => {
    let now = 1_000
    const one = isolate(KEYS, () => now)
    const asked = vi.spyOn(control, 'execute')
    for (const row of ['u1', 'u2', 'u3'])
      await one.open(totpOf(row), await one.seal(totpOf(row), ''))
    expect(asked).toHaveBeenCalledTimes(1)
    now += CURRENT_TRUST_MS
    await one.seal(totpOf('u4'), '')
    expect(asked).toHaveBeenCalledTimes(2)
  })

  test('are not made for a place that nothing is sealed in', async () => {
    const places: SealContext[] = [
      { ...totpOf('u1'), workspaceId: 'demo' },
      { ...clientSecretOf('demo', 'c1'), workspaceId: null },
      { ...clientSecretOf('demo', 'c1'), column: 'sealed_secret' },
      clientSecretOf('-', 'c1'),
      clientSecretOf('', 'c1'),
      totpOf(''),
    ]
    for (const place of places) {
      expect((await failureOf(isolate().seal(place, CANARY))).kind).toBe('not_sealable')
    }
    const { rows } = await control.execute('SELECT * FROM data_keys')
    expect(rows).toEqual([])
  })
})

describe('what cannot be opened is told apart', () => {
  test('a value that was moved to another workspace, which has keys as well', async () => {
    const one = isolate()
    const sealed = await one.seal(clientSecretOf('demo', 'c1'), CANARY)
    await one.seal(clientSecretOf('other', 'c1'), CANARY)
    const error = await failureOf(isolate().open(clientSecretOf('other', 'c1'), sealed))
    expect(error.kind).toBe('data_key_missing')
  })

  test('a data key that was moved to another workspace, together with the value', async () => {
    const sealed = await isolate().seal(clientSecretOf('demo', 'c1'), CANARY)
    await control.execute(`UPDATE data_keys SET workspace_id = 'other'`)
    const error = await failureOf(isolate().open(clientSecretOf('other', 'c1'), sealed))
    expect(error.kind).toBe('data_key_does_not_open')
  })

  test.each<[string, (sealed: string) => Promise<unknown>, string, string]>([
    [
      'the data key is gone',
      () => control.execute('DELETE FROM data_keys'),
      KEYS,
      'data_key_missing',
    ],
    [
      'the key-encryption key is gone',
      async () => {},
      sealingKey('k2'),
      'key_encryption_key_missing',
    ],
    [
      'the key-encryption key is another one of the same id',
      async () => {},
      sealingKey('k1', 'another'),
      'data_key_does_not_open',
    ],
    [
      'the data key is said to be wrapped with another key, which there is',
      () =>
        control.execute(
          `UPDATE data_keys SET wrapped_key = replace(wrapped_key, 'k1.k1.', 'k1.k2.')`,
        ),
      `${KEYS} ${sealingKey('k2')}`,
      'data_key_does_not_open',
    ],
    [
      'the data key is cut',
      () => control.execute(`UPDATE data_keys SET wrapped_key = substr(wrapped_key, 1, 60)`),
      KEYS,
      'data_key_does_not_open',
    ],
    [
      'the data key is no such text',
      () => control.execute(`UPDATE data_keys SET wrapped_key = 'x'`),
      KEYS,
      'data_key_does_not_open',
    ],
    ['SEALING_KEYS is not set', async () => {}, '', 'not_configured'],
  ])('%s', async (_, change, keys, kind) => {
    const sealed = await isolate().seal(totpOf('u1'), CANARY)
    await change(sealed)
    expect((await failureOf(isolate(keys).open(totpOf('u1'), sealed))).kind).toBe(kind)
  })
})

test('nothing of values and keys is in errors, in the store, or in what is logged', async () => {
  const logged: unknown[] = []
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((...what) => logged.push(...what))
  }
  const one = isolate()
  const sealed = await one.seal(totpOf('u1'), CANARY)
  const failures = [
    await failureOf(one.open(totpOf('u2'), sealed)),
    await failureOf(one.open(totpOf('u1'), `${sealed}A`)),
    await failureOf(one.open(totpOf('u1'), CANARY)),
    await failureOf(one.seal(totpOf(''), CANARY)),
    await failureOf(one.seal(totpOf('u1'), `${CANARY}\uD800`)),
    await failureOf(isolate(sealingKey('k1', 'other')).open(totpOf('u1'), sealed)),
    await failureOf(isolate(`${KEYS} ${KEYS}`).open(totpOf('u1'), sealed)),
  ]
  const { rows } = await control.execute('SELECT * FROM data_keys')
  const seen = [failures, one, rows, logged, sealed]
    .map((what) => inspect(what, { depth: null, showHidden: true, maxStringLength: null }))
    .join()
  for (const secret of [CANARY, btoa(CANARY).slice(0, -4), KEYS.slice(3, 40), 'k1------']) {
    expect(seen).not.toContain(secret)
  }
  for (const { next, reason } of failures)
    expect(`${reason} ${next}`).toMatch(/^[A-Z].*\. [A-Z].*\.$/)
})
