import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ExplainedFeature, reasonsOf, sideSums } from './attribution.ts'
import { attribute, linearExplainer } from './linear.ts'

const FEATURES: ExplainedFeature[] = [
  { name: 'pages', side: 'engagement', phrase: (value) => `viewed ${value} pages` },
  { name: 'visits', side: 'engagement', phrase: (value) => `${value} visits` },
  { name: 'industry', side: 'fit', phrase: (value) => `industry ${value ?? 'unknown'}` },
]
const featureOf = (name: string) => FEATURES.find((feature) => feature.name === name)
const sideOf = (name: string) => featureOf(name)?.side ?? 'fit'

const finite = fc.double({ min: -100, max: 100, noNaN: true })
const model = fc
  .array(
    fc.record({
      feature: fc.constantFrom('pages', 'visits', 'industry'),
      weight: finite,
      mean: finite,
      value: finite,
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((columns) => ({
    columns,
    explainer: linearExplainer(columns),
    row: columns.map((column) => column.value),
  }))

describe('reasons of a linear model', () => {
  test('contributions add up to the margin minus the margin of the average row', () => {
    fc.assert(
      fc.property(model, finite, ({ columns, explainer, row }, bias) => {
        const margin = (values: readonly number[]): number =>
          values.reduce((sum, value, i) => sum + value * (columns[i]?.weight ?? 0), bias)
        const attributions = attribute(explainer, row)
        const total = attributions.reduce((sum, { contribution }) => sum + contribution, 0)
        expect(total).toBeCloseTo(margin(row) - margin(columns.map((column) => column.mean)), 6)
        const sides = sideSums(attributions, sideOf)
        expect(sides.fit + sides.engagement).toBeCloseTo(total, 6)
      }),
      { verbose: 1 },
    )
  })

  test('each feature is named once, however many columns it has', () => {
    fc.assert(
      fc.property(model, ({ columns, explainer, row }) => {
        const names = attribute(explainer, row).map(({ feature }) => feature)
        expect(new Set(names).size).toBe(names.length)
        expect(new Set(names)).toEqual(new Set(columns.map((column) => column.feature)))
      }),
      { verbose: 1 },
    )
  })

  test('reasons come strongest first, whichever way they push, in the words of the visitor', () => {
    const reasons = reasonsOf(
      [
        { feature: 'visits', contribution: 0.2 },
        { feature: 'industry', contribution: -1.5 },
        { feature: 'pages', contribution: 0.9 },
      ],
      { pages: 12, visits: 2, industry: null },
      featureOf,
    )
    expect(reasons).toEqual([
      {
        feature: 'industry',
        side: 'fit',
        value: null,
        contribution: -1.5,
        text: 'industry unknown',
      },
      {
        feature: 'pages',
        side: 'engagement',
        value: 12,
        contribution: 0.9,
        text: 'viewed 12 pages',
      },
      {
        feature: 'visits',
        side: 'engagement',
        value: 2,
        contribution: 0.2,
        text: '2 visits',
      },
    ])
  })

  test('a feature that changed nothing is no reason', () => {
    expect(reasonsOf([{ feature: 'pages', contribution: 0 }], { pages: 3 }, featureOf)).toEqual([])
  })
})
