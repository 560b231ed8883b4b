import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from '#dev/libsql/server.ts'
import { migrate } from '#dev/platform/migrate.ts'
import { RETIRED_STAYS_MS } from '#edge/sealing/rotation/retire-data-keys.ts'
import type { Sealer } from '#edge/sealing/sealer.ts'
import { clientSecretOf, isolateOver, sealingKey } from '#edge/sealing/sealing.fixture.ts'
import type { StoreClient } from '#edge/store/client.ts'
import { type Ended, type Environment, rotateKeys } from './rotate-keys-process.ts'
import { CANARY, SealingLoad } from './sealing-load.ts'

const TOKEN = 'token-of-this-test-token-of-this-test'
const [OLD, NEW] = [sealingKey('k1'), sealingKey('k2')]
/** More than a page of the rotation. */
const ROWS_PER_OWNER = 60
const ISOLATES = 3
const ALL = ['--older-than-minutes', '0']

let dir: string
let server: LibsqlServer
let control: StoreClient
let env: Environment
let load: SealingLoad

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'edgewise-sealing-'))
  server = await startLibsqlServer({ dir, token: TOKEN })
  const url = databaseUrl(server.url, 'control')
  control = createClient({ url, authToken: TOKEN, intMode: 'number' })
  await migrate(control, 'control')
  env = { CONTROL_DB_URL: url, STORE_AUTH_TOKEN: TOKEN, SEALING_KEYS: OLD }
  load = new SealingLoad(control)
  await load.seed(isolate(OLD), ROWS_PER_OWNER)
})

afterEach(async () => {
  load.end()
  control.close()
  await server.stop()
  await rm(dir, { recursive: true })
})

const isolate = (keys: string): Sealer => isolateOver(() => control, keys)

/** The rotation while isolates read and write everything; what any of them meets fails it. */
async function underLoad(keys: string, rotation: () => Promise<void>): Promise<void> {
  const running = Array.from({ length: ISOLATES }, (_, share) =>
    load.run(isolate(keys), share, ISOLATES),
  )
  const broken = Promise.all(running)
  const rotating = rotation().finally(() => load.end())
  await Promise.all([broken, rotating])
}

/** As if so much time had passed since keys were retired. */
const pass = (ms: number) =>
  control.execute({ sql: 'UPDATE data_keys SET retired_at = retired_at - ?', args: [ms] })

const dataKeys = async () =>
  (await control.execute('SELECT id, wrapped_key, retired_at FROM data_keys ORDER BY id')).rows

const expectKilled = ({ signal, output }: Ended) =>
  expect([signal, output]).toEqual(['SIGKILL', output])

describe('data keys are renewed', () => {
  test('under reads and writes, killed again and again: everything is readable all the time, and the old keys go', async () => {
    const old = (await dataKeys()).map(({ id }) => String(id))
    await underLoad(OLD, async () => {
      expectKilled(await rotateKeys(env, ['data-keys', ...ALL], 1))
      expect(await load.unreadable(isolate(OLD))).toEqual([])
      expectKilled(await rotateKeys(env, ['data-keys'], 2))
      expect(await load.unreadable(isolate(OLD))).toEqual([])
      const finished = await rotateKeys(env, ['data-keys', ...ALL])
      expect([finished.code, finished.output]).toEqual([3, finished.output])
      expect(await load.unreadable(isolate(OLD))).toEqual([])
    })
    expect(load.reads).toBeGreaterThan(50)
    expect(load.writes).toBeGreaterThan(15)

    await pass(RETIRED_STAYS_MS)
    const last = await rotateKeys(env, ['data-keys'])
    expect([last.code, last.output]).toEqual([0, last.output])
    const left = await dataKeys()
    expect(left).toHaveLength(3)
    expect(left.filter(({ id }) => old.includes(String(id)))).toEqual([])
    expect(await load.unreadable(isolate(OLD))).toEqual([])
  })

  test('of one workspace without touching another', async () => {
    const sealedOf = async (workspaceId: string) =>
      (
        await control.execute({
          sql: 'SELECT id, sealed_client_secret FROM sso_connections WHERE workspace_id = ? ORDER BY id',
          args: [workspaceId],
        })
      ).rows.map((row) => String(row.sealed_client_secret))
    const [own, others] = [await sealedOf('demo'), await sealedOf('other')]
    await rotateKeys(env, ['data-keys', ...ALL, '--workspace', 'demo'])
    expect(await sealedOf('other')).toEqual(others)
    const renewed = await sealedOf('demo')
    expect(renewed.filter((sealed) => own.includes(sealed))).toEqual([])
    expect(await load.unreadable(isolate(OLD))).toEqual([])
  })

  test('around a value that does not open, which is named and keeps its key', async () => {
    await control.execute(
      `UPDATE sso_connections SET sealed_client_secret =
         (SELECT sealed_client_secret FROM sso_connections WHERE id = 'demo-1') WHERE id = 'demo-0'`,
    )
    await rotateKeys(env, ['data-keys', ...ALL])
    await pass(RETIRED_STAYS_MS)
    const { code, output } = await rotateKeys(env, ['data-keys'])
    expect(code).toBe(1)
    expect(output).toContain(
      'sso_connections.sealed_client_secret of demo-0 cannot be read: does_not_open.',
    )
    expect(output).toContain(
      'demo: 1 values still name an earlier data key, 1 earlier data keys are kept.',
    )
    expect(await load.unreadable(isolate(OLD))).toEqual([
      expect.stringContaining('sso_connections demo-0: SealError'),
    ])
  })
})

test('the key-encryption key is changed under reads and writes, and the old one is taken away', async () => {
  const others = Array.from({ length: 60 }, (_, index) => clientSecretOf(`workspace${index}`, 'c1'))
  const sealed = await Promise.all(others.map((context) => isolate(OLD).seal(context, CANARY)))
  await underLoad(`${OLD} ${NEW}`, async () => {
    env.SEALING_KEYS = `${NEW} ${OLD}`
    expectKilled(await rotateKeys(env, ['key-encryption-key'], 1))
    expect((await rotateKeys(env, ['key-encryption-key'])).code).toBe(0)
    const { output } = await rotateKeys(env, ['status'])
    expect(output).toContain('k1: wraps 0 data keys\n')
    expect(output).toContain('k2: wraps 63 data keys\n')
  })
  const without = isolate(NEW)
  expect(await load.unreadable(without)).toEqual([])
  for (const [index, context] of others.entries()) {
    expect(await without.open(context, sealed[index] ?? '')).toBe(CANARY)
  }
  expect((await rotateKeys({ ...env, SEALING_KEYS: NEW }, ['status'])).code).toBe(0)
  const tooEarly = await rotateKeys({ ...env, SEALING_KEYS: OLD }, ['status'])
  expect(tooEarly.code).toBe(1)
  expect(tooEarly.output).toContain('k2: wraps 63 data keys, and SEALING_KEYS does not hold it')
})

test('a rotation with a key-encryption key that is not the one changes nothing', async () => {
  const before = await dataKeys()
  env.SEALING_KEYS = sealingKey('k1', 'another')
  for (const args of [[], ALL]) {
    const { code, output } = await rotateKeys(env, ['data-keys', ...args])
    expect([code, output]).toEqual([1, expect.stringContaining('does not open.')])
  }
  env.SEALING_KEYS = `${NEW} ${env.SEALING_KEYS}`
  expect((await rotateKeys(env, ['key-encryption-key'])).code).toBe(1)
  expect(await dataKeys()).toEqual(before)
  expect(await load.unreadable(isolate(OLD))).toEqual([])
})

test('neither a sealed secret nor a key is in the files of the database, or in what the command says', async () => {
  env.SEALING_KEYS = `${NEW} ${OLD}`
  const said = [
    await rotateKeys(env, ['data-keys', ...ALL]),
    await rotateKeys(env, ['key-encryption-key']),
    await rotateKeys({ ...env, SEALING_KEYS: `${NEW}x ${OLD}` }, ['status']),
    await rotateKeys({ ...env, SEALING_KEYS: sealingKey('k3') }, ['data-keys']),
  ].map(({ output }) => output)
  const files = await readdir(dir)
  expect(files).toContain('control.db')
  const bytes = Buffer.concat(await Promise.all(files.map((name) => readFile(join(dir, name)))))
  expect(bytes.includes('sealed_secret')).toBe(true)
  for (const secret of [CANARY, 'k1-----', 'k2-----', OLD.slice(3, 30), NEW.slice(3, 30), TOKEN]) {
    for (const form of [
      secret,
      ...[0, 1, 2].map((skip) => inBase64(secret, skip)),
      hexOf(secret),
    ]) {
      expect(bytes.includes(form), form).toBe(false)
      expect(said.join('\n')).not.toContain(form)
    }
  }
})

/** The inner part of a text in base64, which is the same for whatever stands around it. */
const inBase64 = (text: string, skip: number) =>
  Buffer.from(text.slice(skip))
    .toString('base64url')
    .slice(0, Math.floor(text.length / 3) * 4 - 4)

const hexOf = (text: string) => Buffer.from(text).toString('hex')
