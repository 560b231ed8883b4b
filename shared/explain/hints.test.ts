import { expect, test } from 'vitest'
import { hintsOf, type ScoredAction } from './hints.ts'

const before = { probability: 0.2, points: 50, grade: 'C' } as const
const action = (name: ScoredAction['action'], score: ScoredAction['score']): ScoredAction => ({
  action: name,
  phrase: `One ${name}`,
  score,
})

test('a hint says the better grade, or else the points', () => {
  const hints = hintsOf(before, [
    action('visit_pricing', { probability: 0.25, points: 51, grade: 'C' }),
    action('request_demo', { probability: 0.6, points: 93, grade: 'A' }),
    action('read_documentation', { probability: 0.3, points: 62, grade: 'C' }),
  ])
  expect(hints.map(({ text }) => text)).toEqual([
    'One request_demo would lift this from C to A.',
    'One read_documentation would add 12 points.',
    'One visit_pricing would add 1 point.',
  ])
})

test('what lowers or changes nothing that people read is no hint', () => {
  expect(
    hintsOf(before, [
      action('visit_pricing', { probability: 0.1, points: 40, grade: 'D' }),
      action('request_demo', before),
      action('read_documentation', { probability: 0.201, points: 50, grade: 'C' }),
    ]),
  ).toEqual([])
})

test('the three best are given, equal ones in the order of the catalogue', () => {
  const same = { probability: 0.4, points: 70, grade: 'B' } as const
  const hints = hintsOf(before, [
    action('visit_pricing', same),
    action('read_documentation', { probability: 0.3, points: 60, grade: 'C' }),
    action('request_demo', same),
    action('register_for_webinar', { probability: 0.5, points: 80, grade: 'B' }),
  ])
  expect(hints.map((hint) => hint.action)).toEqual([
    'register_for_webinar',
    'visit_pricing',
    'request_demo',
  ])
})
