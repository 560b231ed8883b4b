import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bindValues, hasUnpairedSurrogateEscape } from './arguments.ts'

describe('arguments of a statement', () => {
  test('a named argument is found with and without its sigil', () => {
    const named_args = [
      { name: 'a', value: 1n },
      { name: ':b', value: 2n },
    ]
    expect(bindValues([':a', ':b'], { named_args })).toEqual([1n, 2n])
  })

  test('a named argument may be null', () => {
    expect(bindValues(['@a'], { named_args: [{ name: 'a', value: null }] })).toEqual([null])
  })

  test('a missing argument is refused and named', () => {
    expect(() => bindValues([undefined, undefined], { args: [1n] })).toThrow(
      /parameter 2 not found/,
    )
    expect(() => bindValues([':a'], { args: [1n] })).toThrow(/parameter :a not found/)
  })

  test('a superfluous argument is refused', () => {
    expect(() => bindValues([undefined], { args: [1n, 2n] })).toThrow(/expected 1, found 2/)
  })

  test('positional and named arguments do not mix', () => {
    const request = { args: [1n], named_args: [{ name: 'a', value: 1n }] }
    expect(() => bindValues([undefined, ':a'], request)).toThrow(/both positional and named/)
  })
})

describe('half surrogate pairs in JSON text', () => {
  test('a pair is fine, either half alone is not', () => {
    expect(hasUnpairedSurrogateEscape(String.raw`"\ud83d\ude00"`)).toBe(false)
    expect(hasUnpairedSurrogateEscape(String.raw`"\ud83d"`)).toBe(true)
    expect(hasUnpairedSurrogateEscape(String.raw`"\ude00"`)).toBe(true)
    expect(hasUnpairedSurrogateEscape(String.raw`"\ud83d \ude00"`)).toBe(true)
    expect(hasUnpairedSurrogateEscape(String.raw`"\\ud83d"`)).toBe(false)
  })

  test('it agrees with what the text decodes to', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, cut) => {
        const value = cut ? `${text}\ud800` : text.toWellFormed()
        const escaped = JSON.stringify(value)
        expect(hasUnpairedSurrogateEscape(escaped)).toBe(!value.isWellFormed())
      }),
    )
  })
})
