import { describe, expect, test } from 'vitest'
import { STYLE } from './style.ts'

type Scheme = 'light' | 'dark'

/** The colours of the style's variables, in one scheme. */
function colours(scheme: Scheme): Record<string, string> {
  const found = [...STYLE.matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)]
  return Object.fromEntries(
    found.map(([, name, light, dark]) => [name, scheme === 'light' ? light : dark]),
  )
}

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const digits = hex.slice(1)
  const six = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(six.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

/** WCAG 2.2 AA: 1.4.3 for text, 1.4.11 for what shows a field or the focus. */
const PAIRS: [front: string, back: string, least: number][] = [
  ['text', 'raised', 4.5],
  ['text', 'ground', 4.5],
  ['dim', 'raised', 4.5],
  ['accent', 'raised', 4.5],
  ['accent', 'ground', 4.5],
  ['on-accent', 'accent', 4.5],
  ['bad', 'raised', 4.5],
  ['good', 'raised', 4.5],
  ['edge', 'raised', 3],
  ['edge', 'ground', 3],
  ['accent', 'raised', 3],
]

test('contrast is computed as WCAG says', () => {
  expect(contrast('#000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#fff')).toBeCloseTo(4.48, 2)
})

describe.each(['light', 'dark'] as const)('the %s pages', (scheme) => {
  test.each(PAIRS)('show %s on %s with a contrast of %d at least', (front, back, least) => {
    const { [front]: one, [back]: other } = colours(scheme)
    if (!one || !other) throw new Error(`The style has no ${front} or ${back}.`)
    expect(contrast(one, other)).toBeGreaterThanOrEqual(least)
  })
})
