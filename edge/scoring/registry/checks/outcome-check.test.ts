import { describe, expect, test } from 'vitest'
import { uniform } from '../../model.fixture.ts'
import { LEAST_CONVERTED, LEAST_NOT_CONVERTED, outcomeCheck } from './outcome-check.ts'

const VISITORS = 2_000

/** Visitors who convert as often as `truth` says, and what three models say of them. */
function visitors(seed: number) {
  const next = uniform(seed)
  const truth = Array.from({ length: VISITORS }, () => 0.02 + 0.4 * next() ** 2)
  return {
    outcomes: truth.map((probability) => next() < probability),
    truth,
    /** Knows who is likelier, and says three times too much. */
    loud: truth.map((probability) => Math.min(0.99, 3 * probability)),
    /** Knows nothing but how many convert. */
    blind: truth.map(() => 0.1 + 0.1 * next()),
  }
}

describe('a candidate on visitors whose outcomes are known', () => {
  const { outcomes, truth, loud, blind } = visitors(5)

  test('passes where it is as good as the champion, and where it is better', () => {
    expect(outcomeCheck({ outcomes, candidate: truth, champion: truth }).verdict).toBe('passed')
    expect(outcomeCheck({ outcomes, candidate: truth, champion: blind }).verdict).toBe('passed')
  })

  test('fails where it orders them worse, with the figures', () => {
    const check = outcomeCheck({ outcomes, candidate: blind, champion: truth })
    expect(check).toMatchObject({ check: 'outcomes', verdict: 'failed' })
    expect(check.finding).toMatch(
      /^On 2000 visitors .* AUC is −0\.\d{4} .*: it orders them worse\.$/,
    )
  })

  test('fails where its order is the same and its probabilities are further off', () => {
    const check = outcomeCheck({ outcomes, candidate: loud, champion: truth })
    expect(check.verdict).toBe('failed')
    expect(check.finding).toMatch(/its probabilities are further from what happened\.$/)
  })

  test.each([
    [LEAST_CONVERTED - 1, LEAST_NOT_CONVERTED, 'unknown'],
    [LEAST_CONVERTED, LEAST_NOT_CONVERTED - 1, 'unknown'],
    [LEAST_CONVERTED, LEAST_NOT_CONVERTED, 'passed'],
  ])('with %i who converted and %i who did not it is %s', (converted, others, verdict) => {
    const known = Array.from({ length: converted + others }, (_, n) => n < converted)
    const said = known.map((each, n) => (each ? 0.6 : 0.2) + (n % 7) / 100)
    expect(outcomeCheck({ outcomes: known, candidate: said, champion: said }).verdict).toBe(verdict)
  })
})
