import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSessionCache } from './session-cache.ts'

interface Probe {
  key: string
  released: boolean
  release(): Promise<void>
}

function probe(key: string): Probe {
  return {
    key,
    released: false,
    async release() {
      this.released = true
    },
  }
}

describe('the cache of loaded sessions', () => {
  test('the least recently used session makes room', async () => {
    const cache = createSessionCache<Probe>(2)
    const opened: string[] = []
    const use = (key: string) =>
      cache.use(
        key,
        async () => {
          opened.push(key)
          return probe(key)
        },
        async (session) => session.key,
      )
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) expect(await use(key)).toBe(key)
    expect(opened).toEqual(['a', 'b', 'c', 'b'])
    expect(cache.keys()).toEqual(['a', 'b'])
  })

  test('a session is never released while somebody runs it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 20 }),
        async (scheduler, keys) => {
          const cache = createSessionCache<Probe>(2)
          const opened: Probe[] = []
          const uses = keys.map((key) =>
            cache.use(
              key,
              async () => {
                await scheduler.schedule(Promise.resolve())
                const session = probe(key)
                opened.push(session)
                return session
              },
              async (session) => {
                expect(session.released).toBe(false)
                await scheduler.schedule(Promise.resolve())
                expect(session.released).toBe(false)
              },
            ),
          )
          await scheduler.waitFor(Promise.all(uses))
          expect(cache.keys().length).toBeLessThanOrEqual(2)
          const alive = opened.filter((session) => !session.released).map((session) => session.key)
          expect(alive.sort()).toEqual(cache.keys().sort())
        },
      ),
      { numRuns: 200, verbose: 1 },
    )
  })

  test('a session that could not be opened is tried again', async () => {
    const cache = createSessionCache<Probe>(2)
    const refuse = async (): Promise<Probe> => {
      throw new Error('not yet')
    }
    await expect(cache.use('a', refuse, async () => 1)).rejects.toThrow('not yet')
    expect(cache.keys()).toEqual([])
    expect(
      await cache.use(
        'a',
        async () => probe('a'),
        async () => 2,
      ),
    ).toBe(2)
  })
})
