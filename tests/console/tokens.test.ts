import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const CSS = readFileSync(new URL('../../desktop/renderer/ui/tokens.css', import.meta.url), 'utf8')

/** The declarations of the first block that begins after `selector`. */
const tokensOf = (selector: string): Record<string, string> => {
  const from = CSS.indexOf('{', CSS.indexOf(selector)) + 1
  const block = CSS.slice(from, CSS.indexOf('}', from))
  return Object.fromEntries(
    [...block.matchAll(/([\w-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
  )
}

const TEXT_ON_GROUND = [
  ['--text', '--surface'],
  ['--text-soft', '--surface'],
  ['--text-faint', '--surface'],
  ['--text-faint', '--surface-active'],
  ['--text-faint', '--surface-hover'],
  ['--good', '--good-tint'],
  ['--warning', '--warning-tint'],
  ['--bad', '--bad-tint'],
  ['--info', '--info-tint'],
  ['--neutral', '--neutral-tint'],
  ['--accent-strong', '--accent-tint'],
  ['--on-accent', '--accent'],
  ['--surface', '--good'],
] as const

/** Relative luminance of `#rrggbb`, as WCAG 2.2 defines it. */
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

const contrast = (one: string, other: string): number => {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

test('dark colours are the same whether chosen or followed', () => {
  const chosen = tokensOf(':root[data-theme="dark"]')
  expect(Object.keys(chosen).length).toBeGreaterThan(20)
  expect(tokensOf(':root[data-theme="system"]')).toEqual(chosen)
})

test.each([
  ['light', ':root {'],
  ['dark', ':root[data-theme="dark"]'],
])('text has enough contrast in %s colours', (_name, selector) => {
  const tokens = tokensOf(selector.replace(' {', ''))
  const ratios = TEXT_ON_GROUND.map(([text, ground]) => ({
    pair: `${text} on ${ground}`,
    ratio: contrast(tokens[text] ?? '', tokens[ground] ?? ''),
  }))
  // WCAG 2.2, 1.4.3: 4.5 to 1 for text of this size.
  expect(ratios.filter(({ ratio }) => !(ratio >= 4.5))).toEqual([])
})
