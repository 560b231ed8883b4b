import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FEATURES } from './registry.ts'

test('the documentation lists every feature, its side and its meaning, and no other', () => {
  const page = readFileSync(new URL('../../docs/features-and-profile.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => /^\| `\w+` \| (fit|engagement) \|/.test(line))
  expect(rows.map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))).toEqual(
    FEATURES.map(({ name, side, description, ...feature }) => [
      `\`${name}\``,
      side,
      feature.type === 'category' ? feature.levels.join(', ') : feature.unit,
      description,
    ]),
  )
})
