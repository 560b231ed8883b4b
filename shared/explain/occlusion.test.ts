import { expect, test } from 'vitest'
import { occludedRows, occlusionOf } from './occlusion.ts'

test('each known feature is taken away once, and nothing else changes', () => {
  const row = { sessions_30d: 0, industry: 'software', employees: null, careers_views_30d: 4 }
  expect(occludedRows(['sessions_30d', 'industry', 'employees', 'forms'], row)).toEqual([
    { feature: 'sessions_30d', row: { ...row, sessions_30d: null } },
    { feature: 'industry', row: { ...row, industry: null } },
  ])
})

test('a contribution is what the log-odds lose, also at the ends, and none where there is no number', () => {
  const found = occlusionOf(0.5, [
    { feature: 'a', probability: 0.25 },
    { feature: 'b', probability: 0.5 },
    { feature: 'c', probability: 1 },
    { feature: 'd', probability: Number.NaN },
  ])
  expect(found.map(({ feature }) => feature)).toEqual(['a', 'b', 'c'])
  expect(found[0]?.contribution).toBeCloseTo(Math.log(3), 9)
  expect(found[1]?.contribution).toBe(0)
  expect(found[2]?.contribution).toBeCloseTo(-Math.log(999_999), 6)
})
