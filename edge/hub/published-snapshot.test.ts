import type { Client } from '@libsql/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WorkspaceFile, workspaceFile } from '#dev/platform/workspace-file.fixture.ts'
import { Slot } from '#shared/targeting/slot.ts'
import { testTrail } from '../audit/trail.fixture.ts'
import type { Workspace } from '../tenancy/workspace.ts'
import { PublishedSnapshots, type SnapshotSources, snapshotKey } from './published-snapshot.ts'
import { publishedBody, saveSlot, storedVersion, storeSnapshot } from './slot-store.ts'

const SECOND = 1_000
const workspace: Workspace = {
  id: 'demo',
  name: 'Demo',
  timezone: 'UTC',
  region: 'local',
  buckets: 1,
  honourGpc: true,
  databaseUrl: '',
}

let file: WorkspaceFile
let store: Client
/** What KV holds, the version that the hub names, and the time. */
let kv: Map<string, string>
let named: number
let now: number

beforeEach(async () => {
  file = await workspaceFile()
  store = file.store
  kv = new Map()
  named = 0
  now = 0
})

afterEach(() => file.remove())

function slot(key: string, name = key): Slot {
  return Slot.parse({ key, name, status: 'published', variants: [], default: null })
}

async function publish(): Promise<number> {
  const published = await storeSnapshot(store, named, testTrail(store), now)
  if (published.kind === 'refused') throw new Error(published.reason)
  named = published.version
  return named
}

function snapshots(parts: Partial<SnapshotSources> = {}): PublishedSnapshots {
  return new PublishedSnapshots({
    version: async () => named,
    fromKv: async (key) => kv.get(key) ?? null,
    fromStore: (_workspace, version) => publishedBody(store, version),
    now: () => now,
    ...parts,
  })
}

const away = () => Promise.reject(new Error('away'))

describe('saving and publishing', () => {
  test('each save is one edit; publishing takes them all, one version higher', async () => {
    expect(await saveSlot(store, slot('hero', 'Hero'), testTrail(store), now)).toEqual({
      editVersion: 1,
    })
    expect(await saveSlot(store, slot('band'), testTrail(store), now)).toEqual({ editVersion: 2 })
    expect(await saveSlot(store, slot('hero', 'Hero, renamed'), testTrail(store), now)).toEqual({
      editVersion: 3,
    })
    expect(await storedVersion(store)).toBe(0)
    expect(await publish()).toBe(1)
    expect(await publish()).toBe(2)
    expect(await snapshots().of(workspace)).toEqual({
      version: 2,
      slots: [slot('band'), slot('hero', 'Hero, renamed')],
    })
  })

  test('a restored store has forgotten versions, but their numbers are not given again', async () => {
    await saveSlot(store, slot('hero'), testTrail(store), now)
    await publish()
    await publish()
    await store.execute('DELETE FROM snapshots WHERE version = 2')
    expect(await publish()).toBe(3)
  })

  test('more slots than edges take are refused, and the old version stays', async () => {
    const many = JSON.stringify(Array.from({ length: 501 }, (_, n) => slot(`slot_${n}`)))
    await store.execute({
      sql: `INSERT INTO slots (key, name, status, definition, edit_version)
            SELECT value ->> '$.key', value ->> '$.name', 'published', value, key + 1 FROM json_each(?)`,
      args: [many],
    })
    expect(await storeSnapshot(store, 0, testTrail(store), now)).toMatchObject({ kind: 'refused' })
    expect(await storedVersion(store)).toBe(0)
    await store.execute("DELETE FROM slots WHERE key = 'slot_0'")
    expect(await storeSnapshot(store, 0, testTrail(store), now)).toMatchObject({
      kind: 'published',
      version: 1,
    })
  })
})

describe('what an edge decides from', () => {
  beforeEach(async () => {
    await saveSlot(store, slot('hero', 'First'), testTrail(store), now)
    await publish()
  })

  test('comes from KV without asking the store', async () => {
    kv.set(snapshotKey('demo', 1), (await publishedBody(store, 1)) ?? '')
    expect(await snapshots({ fromStore: away }).of(workspace)).toMatchObject({ version: 1 })
  })

  test.each([
    ['empty', async () => null],
    ['failing', away],
    ['so slow that it never answers', () => new Promise<null>(() => undefined)],
  ])('comes from the store when KV is %s', async (_what, fromKv) => {
    expect(await snapshots({ fromKv }).of(workspace)).toEqual({
      version: 1,
      slots: [slot('hero', 'First')],
    })
  })

  test('is empty before anything was published, without asking for a body', async () => {
    named = 0
    const empty = await snapshots({ fromKv: away, fromStore: away }).of(workspace)
    expect(empty).toEqual({ version: 0, slots: [] })
  })

  test('is asked for again after 15 seconds, and not before; a known body is not fetched twice', async () => {
    let asked = 0
    let fetched = 0
    const held = snapshots({
      version: async () => {
        asked += 1
        return named
      },
      fromStore: (_workspace, version) => {
        fetched += 1
        return publishedBody(store, version)
      },
    })
    await held.of(workspace)
    await saveSlot(store, slot('hero', 'Second'), testTrail(store), now)
    await publish()
    now += 15 * SECOND - 1
    expect(await held.of(workspace)).toMatchObject({ version: 1 })
    expect(asked).toBe(1)
    now += 1
    expect(await held.of(workspace)).toMatchObject({ version: 2, slots: [{ name: 'Second' }] })
    now += 15 * SECOND
    await held.of(workspace)
    expect([asked, fetched]).toEqual([3, 2])
  })

  test('stays for a minute while the hub cannot be asked, and no longer', async () => {
    let version: () => Promise<number> = async () => named
    const held = snapshots({ version: () => version() })
    await held.of(workspace)
    version = away
    now += 60 * SECOND - 1
    expect(await held.of(workspace)).toMatchObject({ version: 1 })
    now += 1
    await expect(held.of(workspace)).rejects.toThrow('away')
    version = async () => named
    expect(await held.of(workspace)).toMatchObject({ version: 1 })
  })

  test('fails, rather than guessing, when a version has no body anywhere', async () => {
    named = 7
    await expect(snapshots().of(workspace)).rejects.toThrow('Version 7')
  })
})
