import { expect, test } from 'vitest'
import { barText } from './progress-bar.ts'

test('the bar says how much is done and how long the rest will take', () => {
  expect(barText(0, 10, 'reading', 0)).toBe(`${'░'.repeat(24)}   0 %  reading`)
  expect(barText(5, 10, 'trees', 30_000)).toBe(
    `${'█'.repeat(12)}${'░'.repeat(12)}  50 % 30 s left  trees`,
  )
  expect(barText(1, 10, 'trees', 30_000)).toContain('5 min left')
  expect(barText(10, 10, 'done', 1_000)).toContain('100 % 0 s left')
})
