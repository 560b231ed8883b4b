import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client/web'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from '#dev/libsql/server.ts'
import { ensureSite, ensureWorkspace } from '#dev/platform/tenants.ts'
import { permissionsOfKey } from '#shared/access/matrix.ts'
import { hashKey } from '../keys/api-key.ts'
import { openStore } from '../store/client.ts'
import { Directory } from './directory.ts'
import { startKv, type TestKv } from './kv.fixture.ts'
import { SiteCopies } from './site-copies.ts'

const TOKEN = 'directory-test-token'
const SECOND = 1_000
const MINUTE = 60 * SECOND
const WRITE = `ewk_demo_${'w'.repeat(30)}`
const SECRET = `esk_demo_${'s'.repeat(30)}`
const SHOP = { host: 'shop.example', workspaceId: 'demo', origin: 'https://origin.example' }
const OTHER = `esk_other_${'o'.repeat(30)}`

let dir: string
let server: LibsqlServer
let now: number
let asked: number
let directory: Directory
let kv: TestKv
/** What goes on after an answer was given. */
let under: Promise<void>[]

beforeAll(async () => {
  kv = await startKv()
})
afterAll(() => kv.stop())

beforeEach(async () => {
  await kv.clear()
  under = []
  dir = await mkdtemp(join(tmpdir(), 'edgewise-directory-'))
  server = await startLibsqlServer({ dir, token: TOKEN })
  await provision('demo', [WRITE, SECRET])
  await provision('other', [OTHER])
  now = Date.UTC(2026, 0, 5)
  asked = 0
  directory = newIsolate()
})

afterEach(async () => {
  await server.stop()
  await rm(dir, { recursive: true })
})

function provision(id: string, keys: string[]): Promise<void> {
  return ensureWorkspace(server.url, TOKEN, {
    id,
    name: `The workspace ${id}`,
    timezone: 'Asia/Kathmandu',
    buckets: 4,
    keys: keys.map((key) => ({
      key,
      kind: key.startsWith('ewk') ? 'write' : 'secret',
      name: 'test',
    })),
  })
}

/** A directory that remembers nothing yet. */
function newIsolate(maxEntries?: number): Directory {
  const open = () => {
    asked += 1
    return openStore(databaseUrl(server.url, 'control'), TOKEN)
  }
  const clock = () => now
  const copies = new SiteCopies(kv, (work) => under.push(work), clock)
  return new Directory(open, copies, clock, maxEntries)
}

async function inControl(sql: string, ...args: string[]): Promise<void> {
  const client = createClient({ url: databaseUrl(server.url, 'control'), authToken: TOKEN })
  await client.execute({ sql, args })
  client.close()
}

async function revoke(key: string): Promise<void> {
  await inControl('UPDATE api_keys SET revoked_at = 1 WHERE key_hash = ?', await hashKey(key))
}

async function restart(): Promise<void> {
  server = await startLibsqlServer({ dir, token: TOKEN, port: server.port })
}

const said = async (key: string) => (await directory.check(key)).kind

describe('a key', () => {
  test('names its kind and its workspace, with everything the edge needs to know of it', async () => {
    expect(await directory.check(SECRET)).toEqual({
      kind: 'ok',
      key: 'secret',
      prefix: SECRET.slice(0, 14),
      permissions: permissionsOfKey('secret'),
      allowedOrigins: null,
      workspace: {
        id: 'demo',
        name: 'The workspace demo',
        timezone: 'Asia/Kathmandu',
        region: 'local',
        buckets: 4,
        honourGpc: true,
        databaseUrl: databaseUrl(server.url, 'ws-demo'),
      },
    })
    expect(await directory.check(WRITE)).toMatchObject({ kind: 'ok', key: 'write' })
  })

  test('names the origins that browsers may use it from', async () => {
    const set = 'UPDATE api_keys SET allowed_origins = ? WHERE key_hash = ?'
    await inControl(set, '["https://shop.example"]', await hashKey(WRITE))
    expect(await directory.check(WRITE)).toMatchObject({ allowedOrigins: ['https://shop.example'] })
  })

  test('is asked for once in 30 seconds', async () => {
    expect(directory.checkCached(WRITE)).toBeNull()
    await directory.check(WRITE)
    now += 30 * SECOND - 1
    expect(await said(WRITE)).toBe('ok')
    expect(directory.checkCached(WRITE)).toMatchObject({ kind: 'ok' })
    expect(asked).toBe(1)
    now += 1
    expect(directory.checkCached(WRITE)).toBeNull()
    expect(await said(WRITE)).toBe('ok')
    expect(asked).toBe(2)
  })

  test('that was revoked is refused within 30 seconds', async () => {
    for (const key of [WRITE, SECRET]) {
      expect(await said(key)).toBe('ok')
      await revoke(key)
    }
    now += 30 * SECOND
    expect(await said(WRITE)).toBe('refused')
    expect(await said(SECRET)).toBe('refused')
  })

  test.each([
    ['whose workspace was edited', SECRET.replace('demo', 'other')],
    ['whose workspace does not exist', SECRET.replace('demo', 'nobody')],
    ['whose kind was edited', WRITE.replace('ewk', 'esk')],
    ['whose secret was edited', `${SECRET.slice(0, -1)}x`],
    ['with a space behind it', `${SECRET} `],
    ['in capitals', SECRET.toUpperCase()],
    ['with a pattern instead of a secret', `esk_demo_${'%'.repeat(30)}`],
    ['that is no key', 'hello'],
  ])('%s is refused', async (_what, key) => {
    expect(await said(SECRET)).toBe('ok')
    expect(await said(key)).toBe('refused')
  })

  test('stored for another workspace or as another kind than its own text says is refused', async () => {
    await inControl(
      "UPDATE api_keys SET workspace_id = 'other' WHERE workspace_id = 'demo' AND kind = 'secret'",
    )
    await inControl(
      "UPDATE api_keys SET kind = 'secret' WHERE workspace_id = 'demo' AND kind = 'write'",
    )
    expect(await said(SECRET)).toBe('refused')
    expect(await said(WRITE)).toBe('refused')
  })

  test('that was refused is remembered for 2 seconds only, so that a new key works at once', async () => {
    const fresh = `ewk_demo_${'n'.repeat(30)}`
    expect(await said(fresh)).toBe('refused')
    await provision('demo', [fresh])
    now += 2 * SECOND - 1
    expect(await said(fresh)).toBe('refused')
    expect(asked).toBe(1)
    now += 1
    expect(await said(fresh)).toBe('ok')
  })
})

describe('while the control database is away', () => {
  test('an unknown key is unavailable and never refused', async () => {
    await server.stop()
    for (const key of [WRITE, SECRET, `ewk_demo_${'q'.repeat(30)}`]) {
      expect(await said(key)).toBe('unavailable')
    }
    await restart()
    expect(await said(WRITE)).toBe('ok')
  })

  test('what cannot be a key needs no database to be refused', async () => {
    await server.stop()
    expect(await said('hello')).toBe('refused')
    await restart()
  })

  test('a database that answers with an error did not say no', async () => {
    await inControl('ALTER TABLE api_keys RENAME TO api_keys_away')
    expect(await said(WRITE)).toBe('unavailable')
  })

  test('a write key goes on for ten minutes after its last yes, a secret key for 30 seconds', async () => {
    expect(await said(WRITE)).toBe('ok')
    expect(await said(SECRET)).toBe('ok')
    await server.stop()
    now += 30 * SECOND - 1
    expect(await said(SECRET)).toBe('ok')
    now += 1
    expect(await said(SECRET)).toBe('unavailable')
    now += 9.5 * MINUTE - 1
    expect(await said(WRITE)).toBe('ok')
    now += 1
    expect(await said(WRITE)).toBe('unavailable')
    await restart()
    expect(await said(WRITE)).toBe('ok')
  })

  test('a key in its time of grace does not wait for the database each time', async () => {
    await directory.check(WRITE)
    await server.stop()
    now += MINUTE
    const before = asked
    for (let n = 0; n < 5; n++) expect(await said(WRITE)).toBe('ok')
    expect(asked - before).toBe(1)
    now += 2 * SECOND
    expect(await said(WRITE)).toBe('ok')
    expect(asked - before).toBe(2)
    await restart()
  })

  test('a write key that was refused has no grace', async () => {
    await directory.check(WRITE)
    await revoke(WRITE)
    now += 30 * SECOND
    expect(await said(WRITE)).toBe('refused')
    await server.stop()
    now += 2 * SECOND
    expect(await said(WRITE)).toBe('unavailable')
    await restart()
  })

  test('no flood of wrong keys took a write key’s grace, nor did idle keys that of a busy one', async () => {
    directory = newIsolate(3)
    const idle = ['a', 'b', 'c'].map((letter) => `ewk_demo_${letter.repeat(30)}`)
    await provision('demo', idle)
    await directory.check(WRITE)
    for (const key of idle.slice(0, 2)) await directory.check(key)
    now += 30 * SECOND
    await directory.check(WRITE)
    for (let n = 10; n < 20; n++) await directory.check(`ewk_demo_${String(n).repeat(15)}`)
    await directory.check(idle[2] ?? '')
    await server.stop()
    now += MINUTE
    expect(await said(WRITE)).toBe('ok')
    expect(await said(idle[0] ?? '')).toBe('unavailable')
    await restart()
  })

  test('workspaces and sites that were known stay known, and so do hosts that are no site', async () => {
    await ensureSite(server.url, TOKEN, SHOP)
    const site = await directory.site('shop.example')
    expect(site).toEqual({
      origin: 'https://origin.example',
      workspaceId: 'demo',
      honourGpc: true,
    })
    const workspace = await directory.workspace('other')
    expect(workspace).toMatchObject({ id: 'other' })
    expect(await directory.site('api.example')).toBeNull()
    expect(await directory.workspaceIds()).toEqual(['demo', 'other'])
    expect(await directory.reachable()).toBe(true)
    await server.stop()
    now += 60 * MINUTE
    expect(await directory.site('shop.example')).toEqual(site)
    expect(await directory.workspace('other')).toEqual(workspace)
    expect(await directory.site('api.example')).toBeNull()
    await expect(directory.site('never-seen.example')).rejects.toThrow()
    expect(await directory.reachable()).toBe(false)
    await restart()
  })
  test('an isolate that is new serves a site from its copy, and asks the database once in 2 seconds', async () => {
    await ensureSite(server.url, TOKEN, SHOP)
    const site = await directory.site(SHOP.host)
    await Promise.all(under)
    await server.stop()
    directory = newIsolate()
    asked = 0
    for (let n = 0; n < 5; n++) expect(await directory.site(SHOP.host)).toEqual(site)
    // The copy is a moment old, and as good as an answer for so long.
    expect(asked).toBe(1)
    now += 30 * SECOND
    for (let n = 0; n < 5; n++) expect(await directory.site(SHOP.host)).toEqual(site)
    expect(asked).toBe(2)
    await restart()
    await ensureSite(server.url, TOKEN, { ...SHOP, origin: 'https://new.example' })
    now += 2 * SECOND
    expect(await directory.site(SHOP.host)).toMatchObject({ origin: 'https://new.example' })
  })

  test('of those who come at once one waits for the database, and the others take what is remembered', async () => {
    await ensureSite(server.url, TOKEN, SHOP)
    await directory.site(SHOP.host)
    await server.stop()
    now += MINUTE
    await directory.site(SHOP.host)
    now += 2 * SECOND
    asked = 0
    await Promise.all(Array.from({ length: 5 }, () => directory.site(SHOP.host)))
    expect(asked).toBe(1)
    await restart()
  })

  test('a copy opens nothing: keys and workspaces stay unavailable to an isolate that is new', async () => {
    await ensureSite(server.url, TOKEN, SHOP)
    await directory.check(WRITE)
    await directory.site(SHOP.host)
    await Promise.all(under)
    await server.stop()
    directory = newIsolate()
    expect(await directory.site(SHOP.host)).toMatchObject({ workspaceId: 'demo' })
    expect(await said(WRITE)).toBe('unavailable')
    await expect(directory.workspace('demo')).rejects.toThrow()
    await restart()
  })

  test('a site that was taken out before is not served by anybody new', async () => {
    await ensureSite(server.url, TOKEN, SHOP)
    await directory.site(SHOP.host)
    await inControl('DELETE FROM sites WHERE host = ?', SHOP.host)
    now += 30 * SECOND
    expect(await directory.site(SHOP.host)).toBeNull()
    await Promise.all(under)
    await server.stop()
    await expect(newIsolate().site(SHOP.host)).rejects.toThrow()
    await restart()
  })
})
