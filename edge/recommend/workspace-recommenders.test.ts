import { beforeEach, describe, expect, test } from 'vitest'
import { bodyOf } from '#shared/recommend/body.fixture.ts'
import { type RecommenderSources, WorkspaceRecommenders } from './workspace-recommenders.ts'

const SECOND_MS = 1_000

let now = 0
let named: string | null = null
let warned: string[] = []
let asked = { version: 0, body: 0 }

beforeEach(() => {
  now = 1_000_000
  named = 'one'
  warned = []
  asked = { version: 0, body: 0 }
})

const away = async (): Promise<never> => {
  throw new Error('away')
}

function recommenders(over: Partial<RecommenderSources> = {}): WorkspaceRecommenders {
  return new WorkspaceRecommenders({
    version: async () => {
      asked.version += 1
      return named
    },
    body: async (workspace, version) => {
      asked.body += 1
      return JSON.stringify(bodyOf([`/${workspace}`, '/x'], { version }))
    },
    warn: ({ event }) => warned.push(event),
    now: () => now,
    ...over,
  })
}

const versionOf = async (held: WorkspaceRecommenders, workspace = 'demo') =>
  (await held.of(workspace))?.body.version

describe('what an isolate recommends with', () => {
  test('is asked for again after 15 seconds and not before; a known body is not fetched twice', async () => {
    const held = recommenders()
    expect(await versionOf(held)).toBe('one')
    named = 'two'
    now += 15 * SECOND_MS - 1
    expect(await versionOf(held)).toBe('one')
    now += 1
    expect(await versionOf(held)).toBe('two')
    now += 15 * SECOND_MS
    await versionOf(held)
    expect(asked).toEqual({ version: 3, body: 2 })
  })

  test('is nothing before the first is published, and the first within 15 seconds', async () => {
    named = null
    const held = recommenders()
    expect(await held.of('demo')).toBeNull()
    named = 'one'
    now += 15 * SECOND_MS
    expect(await versionOf(held)).toBe('one')
  })

  test.each([
    ['the hub is away', { version: away }],
    ['the bucket is away', { body: away }],
    ['the new body cannot be read', { body: async () => '{}' }],
  ])('goes on where %s, and is the new one once that is over', async (_what, broken) => {
    let sources: Partial<RecommenderSources> = {}
    const whole = recommenders()
    const held = recommenders({
      version: (id) => (sources.version ?? (async () => named))(id),
      body: (id, version) =>
        (sources.body ?? (async () => JSON.stringify(bodyOf(['/x', '/y'], { version }))))(
          id,
          version,
        ),
    })
    expect(await versionOf(held)).toBe(await versionOf(whole))
    sources = broken
    named = 'two'
    now += 3_600 * SECOND_MS
    expect(await versionOf(held)).toBe('one')
    expect(warned).toEqual(['recommendations_not_loaded'])
    sources = {}
    now += 15 * SECOND_MS
    expect(await versionOf(held)).toBe('two')
  })

  test('fails where nothing is known and the hub is away, and does not remember that', async () => {
    let version: RecommenderSources['version'] = away
    const held = recommenders({ version: (id) => version(id) })
    await expect(held.of('demo')).rejects.toThrow('away')
    version = async () => named
    expect(await versionOf(held)).toBe('one')
  })

  test('is each workspace’s own, also where versions are called the same', async () => {
    const held = recommenders()
    const [demo, other] = [await held.of('demo'), await held.of('other')]
    expect(demo?.placeOf.has('/demo')).toBe(true)
    expect(other?.placeOf.has('/demo')).toBe(false)
  })
})
