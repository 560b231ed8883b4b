import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Workspace } from '../tenancy/workspace.ts'
import { allVisitorLogNames, fnv1a32, visitorLogName, workspaceOfName } from './routing.ts'

const workspace = (buckets: number): Workspace => ({
  id: 'acme',
  name: 'Acme',
  timezone: 'UTC',
  region: 'eu',
  buckets,
  honourGpc: true,
  databaseUrl: 'http://store/ws-acme/',
})

describe('routing of visitors', () => {
  // http://www.isthe.com/chongo/src/fnv/test_fnv.c
  test.for([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ] as const)('the hash of "%s" is that of the published test vectors', ([text, hash]) => {
    expect(fnv1a32(text)).toBe(hash)
  })

  test('a visitor always has one object, which is among all objects of the workspace', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 64 }), (id, buckets) => {
        const name = visitorLogName(workspace(buckets), id)
        expect(visitorLogName(workspace(buckets), id)).toBe(name)
        expect(allVisitorLogNames(workspace(buckets))).toContain(name)
        expect(workspaceOfName(name)).toBe('acme')
      }),
    )
  })

  test('visitors spread evenly over the objects', () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 64_000; i++) {
      const name = visitorLogName(workspace(64), `0b7c1e3a-${i}-4f2d`)
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    expect(counts.size).toBe(64)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(200)
  })

  // Moving a visitor to another object would make its duplicates new again.
  test('names of objects never change', () => {
    expect(visitorLogName(workspace(256), 'visitor-1')).toBe('acme:eu:79')
    expect(allVisitorLogNames(workspace(2))).toEqual(['acme:eu:0', 'acme:eu:1'])
  })
})
