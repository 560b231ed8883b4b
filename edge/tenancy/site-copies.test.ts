import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startKv, type TestKv } from './kv.fixture.ts'
import type { Site } from './site.ts'
import { SiteCopies, type SiteCopyStore } from './site-copies.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const HOST = 'shop.example'
const site: Site = { workspaceId: 'demo', origin: 'https://origin.example', honourGpc: true }
const moved: Site = { ...site, origin: 'https://new.example' }

let kv: TestKv
let now: number
let asked: string[]
let under: Promise<void>[]

beforeAll(async () => {
  kv = await startKv()
})
afterAll(() => kv.stop())
beforeEach(async () => {
  await kv.clear()
  now = Date.UTC(2026, 0, 5)
  asked = []
  under = []
})

const watched: SiteCopyStore = {
  get(key) {
    asked.push('get')
    return kv.get(key)
  },
  put(key, body, options) {
    asked.push('put')
    return kv.put(key, body, options)
  },
  delete(key) {
    asked.push('delete')
    return kv.delete(key)
  },
}

/** The copies as one isolate has them. */
const isolate = (store: SiteCopyStore = watched) =>
  new SiteCopies(
    store,
    (work) => under.push(work),
    () => now,
  )

async function note(copies: SiteCopies, said: Site | null): Promise<string[]> {
  asked = []
  copies.note(HOST, said)
  await Promise.all(under)
  return asked
}

describe('a copy of a site', () => {
  test('is there for an isolate that has never seen it, as old as it is', async () => {
    const noted = now
    await note(isolate(), site)
    now += MINUTE
    expect(await isolate().read(HOST)).toEqual({ value: site, checkedAt: noted })
    expect(await isolate().read('other.example')).toBeNull()
  })

  test('is looked at once in ten minutes by each isolate, and written once a day by all of them', async () => {
    const [one, two] = [isolate(), isolate()]
    expect(await note(one, site)).toEqual(['get', 'put'])
    now += 10 * MINUTE - 1
    expect(await note(one, site)).toEqual([])
    expect(await note(two, site)).toEqual(['get'])
    now += 1
    expect(await note(one, site)).toEqual(['get'])
    now += DAY
    expect(await note(two, site)).toEqual(['get', 'put'])
    expect(await note(one, site)).toEqual(['get'])
  })

  test('follows at once when the site moves', async () => {
    const copies = isolate()
    await note(copies, site)
    expect(await note(copies, moved)).toEqual(['get', 'put'])
    expect(await isolate().read(HOST)).toMatchObject({ value: moved })
    expect(await note(isolate(), { ...moved, honourGpc: false })).toEqual(['get', 'put'])
  })

  test('goes when the host is no site any more, whichever isolate hears of it', async () => {
    const copies = isolate()
    await note(copies, site)
    expect(await note(isolate(), null)).toEqual(['get', 'delete'])
    expect(await kv.keys()).toEqual([])
    await note(copies, moved)
    expect(await note(copies, null)).toEqual(['get', 'delete'])
  })

  test.each([
    ['a no that overtakes the yes before it', [site, null], null],
    ['a move that overtakes the address before it', [site, null, moved], moved],
  ])('says the last that was said, also after %s', async (_what, said, last) => {
    const copies = isolate()
    for (const one of said) copies.note(HOST, one)
    await Promise.all(under)
    expect((await isolate().read(HOST))?.value ?? null).toEqual(last)
  })

  test('of a host that never was a site is not made, nor looked for each time', async () => {
    const copies = isolate()
    expect(await note(copies, null)).toEqual(['get'])
    expect(await note(copies, null)).toEqual([])
    expect(await kv.keys()).toEqual([])
  })

  test('serves for seven days after the control database confirmed it, and no longer', async () => {
    await note(isolate(), site)
    now += 7 * DAY - 1
    expect(await isolate().read(HOST)).toMatchObject({ value: site })
    now += 1
    expect(await isolate().read(HOST)).toBeNull()
  })

  test.each([
    ['is no JSON', 'https://origin.example'],
    ['lacks what pages need', JSON.stringify({ origin: 'https://origin.example' })],
    [
      'names no web address',
      JSON.stringify({ ...site, origin: 'javascript:alert(1)', confirmedAt: Date.UTC(2026, 0, 5) }),
    ],
  ])('that %s is none, and is replaced', async (_what, body) => {
    await kv.put(`site:${HOST}`, body, { expirationTtl: 60 })
    expect(await isolate().read(HOST)).toBeNull()
    expect(await note(isolate(), site)).toEqual(['get', 'put'])
    expect(await isolate().read(HOST)).toMatchObject({ value: site })
  })
})

describe('while KV fails', () => {
  const away = () => Promise.reject(new Error('KV away'))

  test.each([
    ['by an error', away],
    ['by never answering', () => new Promise<null>(() => undefined)],
  ])('%s, there is no copy, and nobody waits long to learn it', async (_what, get) => {
    await note(isolate(), site)
    expect(await isolate({ ...watched, get }).read(HOST)).toBeNull()
  })

  test('noting fails quietly and is tried again at the next answer', async () => {
    let put: SiteCopyStore['put'] = away
    const copies = isolate({ ...watched, put: (...args) => put(...args) })
    expect(await note(copies, site)).toEqual(['get'])
    put = watched.put
    expect(await note(copies, site)).toEqual(['get', 'put'])
  })
})
