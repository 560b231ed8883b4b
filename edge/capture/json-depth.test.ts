import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isDeeperThan, textDepth } from './json-depth.ts'

/** The obvious definition, by recursion over the parsed value. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 8 }),
  fc.jsonValue({ maxDepth: 3, stringUnit: fc.constantFrom('"', '\\', '{', '}', '[', ']', 'a') }),
)

describe('the depth of a JSON text', () => {
  test.each([
    ['7', 0],
    ['"{[{["', 0],
    ['{}', 1],
    ['[]', 1],
    ['[[],[[]]]', 3],
    ['{"a":{"b":[1]}}', 3],
    ['{"a":"}}}}[[[["}', 1],
    ['{"[[[":1}', 1],
    [String.raw`{"a":"\"{{{"}`, 1],
    [String.raw`{"a":"\\","b":{}}`, 2],
    [String.raw`{"a":"\\\"[[","b":[]}`, 2],
    ['[{},{"a":[]},[]]', 3],
  ])('of %s is %i', (text, depth) => {
    expect(textDepth(text)).toBe(depth)
    expect(depthOf(JSON.parse(text))).toBe(depth)
  })

  test('is that of the parsed value, however the text is spaced', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(0, 1, '\t'), (value, space) => {
        expect(textDepth(JSON.stringify(value, null, space))).toBe(depthOf(value))
      }),
    )
  })

  test('is measured of a million brackets and of a text that never ends its string', () => {
    const million = 1_000_000
    expect(textDepth('['.repeat(million) + ']'.repeat(million))).toBe(million)
    expect(textDepth('{"never ended [[[')).toBe(1)
  })
})

describe('a value is deeper than a limit', () => {
  test('exactly when its text is', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 0, max: 9 }), (value, limit) => {
        expect(isDeeperThan(value, limit)).toBe(textDepth(JSON.stringify(value)) > limit)
      }),
    )
  })

  test('is found without recursion in a value that would exhaust the stack', () => {
    const deep: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000))
    expect(isDeeperThan(deep, 64)).toBe(true)
    expect(isDeeperThan(deep, 199_999)).toBe(true)
    expect(isDeeperThan(deep, 200_000)).toBe(false)
  })
})
