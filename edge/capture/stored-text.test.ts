import { describe, expect, test } from 'vitest'
import { clip, storedText } from './stored-text.ts'

describe('text for the store', () => {
  test.each<[unknown, string | null]>([
    ['text', 'text'],
    ['äöü 😀', 'äöü 😀'],
    [7, '7'],
    [0, '0'],
    [-1.5, '-1.5'],
    ['', null],
    ['\0', null],
    ['a\0b\0', 'ab'],
    ['\ud83d', '\uFFFD'],
    ['a\udc00b', 'a\uFFFDb'],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    [true, null],
    [null, null],
    [undefined, null],
    [{ toString: () => 'x' }, null],
    [['x'], null],
  ])('of %j is %j', (value, text) => {
    expect(storedText(value)).toBe(text)
  })

  test('is cut to its length, never within a character', () => {
    expect(clip('abc', 3)).toBe('abc')
    expect(clip('abcd', 3)).toBe('abc')
    expect(clip('ab😀', 3)).toBe('ab\uFFFD')
    expect(clip(null, 3)).toBeNull()
  })
})
