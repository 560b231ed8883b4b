import { expect, test } from 'vitest'
import { qrSvg } from './qr-code.ts'
import { newTotpSecret, totpUri } from './totp.ts'

const URI = totpUri(newTotpSecret(), 'ada@engines.example', 'Edgewise')

/** Which modules the SVG draws black, by row. */
function modules(svg: string): { size: number; isBlack(x: number, y: number): boolean } {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1])
  const black = new Set([...svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x},${y}`))
  return { size, isBlack: (x, y) => black.has(`${x},${y}`) }
}

test('the code has its three corner squares and a white border of four', () => {
  const { size, isBlack } = modules(qrSvg(URI))
  // A symbol's side is 17 modules and four for each version, and the border.
  expect((size - 8 - 17) % 4).toBe(0)
  const far = size - 4 - 7
  for (const [left, top] of [
    [4, 4],
    [far, 4],
    [4, far],
  ] as const) {
    for (let i = 0; i < 7; i++) {
      for (let j = 0; j < 7; j++) {
        const ring = Math.max(Math.abs(i - 3), Math.abs(j - 3))
        expect(isBlack(left + i, top + j)).toBe(ring !== 2)
      }
    }
  }
  for (let i = 0; i < size; i++) {
    for (const edge of [0, 1, 2, 3, size - 4, size - 1]) {
      expect(isBlack(i, edge) || isBlack(edge, i)).toBe(false)
    }
  }
})

test('it is an image with a name, and the name cannot break out of it', () => {
  const svg = qrSvg(URI, 'Scan "this" & </title><script>')
  expect(svg).toMatch(
    /^<svg [^>]*role="img"[^>]*><title>Scan "this" &amp; &lt;\/title&gt;&lt;script&gt;<\/title>/,
  )
  expect(svg).not.toMatch(/style|<script/)
})

test('the longest address and issuer fit', () => {
  const longest = totpUri(newTotpSecret(), `${'ä'.repeat(120)}@engines.example`, 'Ö'.repeat(60))
  expect(modules(qrSvg(longest)).size).toBeGreaterThan(80)
})
