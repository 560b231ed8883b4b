import { expect, test } from 'vitest'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import { pageOf } from '../../app/page.ts'
import {
  changeWords,
  gradesOf,
  qualityWords,
  stepsFrom,
  trainedWords,
  verdictOf,
  wayBack,
} from './model-words.ts'

const check = (verdict: PromotionCheck['verdict']): PromotionCheck => ({
  check: 'outcomes',
  verdict,
  finding: '',
})

test('quality is said in words, and where it is not known that is said', () => {
  const metrics = { auc: 0.9321, ece: 0.0283, topDecileLift: 4.34 }
  expect(qualityWords({ metrics })).toEqual([
    'Of a visitor who converts and one who does not, it scores the right one higher 93 times in 100.',
    'The tenth with the highest scores converts 4.3 times as often as all.',
    'Its probabilities are off by 2.8 points on average.',
  ])
  expect(qualityWords({ metrics: { auc: 0.8 } })).toHaveLength(1)
  for (const unknown of [null, {}]) {
    expect(qualityWords({ metrics: unknown })[0]).toContain('is not known')
  }
  expect(trainedWords({ trainedOn: null })).toContain('not known')
})

test('a failed check bars a promotion, an unknown one asks for a reason', () => {
  expect(verdictOf([check('passed')])).toBe('free')
  expect(verdictOf([check('passed'), check('unknown')])).toBe('with_reason')
  expect(verdictOf([check('unknown'), check('failed')])).toBe('barred')
})

test('a champion can only be replaced, and there is one challenger at a time', () => {
  expect(Object.values(stepsFrom('champion', false)).some(Boolean)).toBe(false)
  expect(stepsFrom('draft', true)).toMatchObject({ challenge: false, promote: true, retire: false })
  expect(stepsFrom('shadow', false)).toMatchObject({ shadow: false, challenge: true, retire: true })
})

test('the way back names what it leads to', () => {
  const view = {
    champion: 'b',
    starter: 'starter-1',
    challenger: null,
    shadows: [],
    rescoring: { scored: 0, profiles: 0, isDone: true },
    models: [],
    alerts: [],
    watch: null,
    grades: null,
    modelGrades: { A: 0.3, B: 0.2, C: 0.1 },
    changes: [],
  }
  expect(wayBack(view)).toBeNull()
  expect(wayBack({ ...view, previousChampion: null })).toBe('starter-1')
  expect(wayBack({ ...view, previousChampion: 'a' })).toBe('a')
})

test('an address that is no page is the live page', () => {
  expect([pageOf(''), pageOf('#live'), pageOf('#models'), pageOf('#nowhere')]).toEqual([
    'live',
    'live',
    'models',
    'live',
  ])
})

test('cut-offs are typed in percent, and what is no order is refused in a sentence', () => {
  const grades = { A: 0.2, B: 0.1, C: 0.055 }
  expect(gradesOf({ A: '20', B: '10', C: '5.5' })).toEqual({ kind: 'grades', grades })
  for (const typed of [
    { A: '10', B: '20', C: '5' },
    { A: '20', B: '10', C: '' },
    { A: '120', B: '10', C: '5' },
    { A: 'x', B: '10', C: '5' },
  ]) {
    expect(gradesOf(typed)).toMatchObject({ kind: 'invalid' })
  }
})

test('a change is one sentence', () => {
  const change = { changeId: 1, at: 0, model: 'lead-1', reason: null }
  expect(changeWords({ ...change, action: 'promote' })).toBe('lead-1 was promoted')
  expect(changeWords({ ...change, action: 'roll_back', model: null })).toContain('brought back')
})
