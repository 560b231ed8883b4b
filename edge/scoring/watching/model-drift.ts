import { type FeatureSample, featureDrift } from '#shared/drift/feature-drift.ts'
import {
  columnFindings,
  type DriftFinding,
  outcomeFindings,
  scoreFindings,
} from '#shared/drift/finding.ts'
import { outcomeDrift } from '#shared/drift/outcome-drift.ts'
import type { FeatureDefinition } from '#shared/features/feature.ts'
import { FEATURES, type FeatureValues } from '#shared/features/registry.ts'
import { delongAuc } from '#shared/metrics/delong.ts'
import type { ActiveScore } from './active-scores.ts'
import type { JudgedScore } from './judged-scores.ts'

/** Fewer visitors differ by chance in so many ways that nothing could be said. */
export const LEAST_VISITORS = 200
const LEAST_CONVERTED = 30

/** What was compared, and what was found; a look that has too little to go by says so. */
export interface DriftReport {
  findings: DriftFinding[]
  /** The kinds of findings that there was enough to look for. */
  told: DriftFinding['kind'][]
  /** Plain sentences on what could not be told. */
  untold: string[]
}

const visitors = (count: number) => `${count} visitor${count === 1 ? '' : 's'}`

/** Whether visitors, and what the model says of them, are as they were. */
export function visitorDrift(
  reference: readonly ActiveScore[],
  recent: readonly ActiveScore[],
  model: string,
): DriftReport {
  if (Math.min(reference.length, recent.length) < LEAST_VISITORS) {
    const untold = `Features: ${visitors(recent.length)} lately and ${visitors(reference.length)} before; ${LEAST_VISITORS} each are needed.`
    return { findings: [], told: [], untold: [untold] }
  }
  const findings = FEATURES.flatMap((feature) => {
    const drift = featureDrift(sampleOf(feature, reference), sampleOf(feature, recent))
    return columnFindings(feature.name, drift, 'visitors')
  })
  const [before, now] = [reference, recent].map((scores) =>
    scores.filter((score) => score.model === model),
  )
  if (!before || !now || Math.min(before.length, now.length) < LEAST_VISITORS) {
    const told: DriftReport['told'] = ['values', 'missing']
    return { findings, told, untold: [`Scores: ${model} has not scored enough visitors before.`] }
  }
  return {
    findings: [...findings, ...scoreFindings(featureDrift(scoresOf(before), scoresOf(now)))],
    told: ['values', 'missing', 'scores'],
    untold: [],
  }
}

/** Whether what the model says comes true, and as well as it did. */
export function truthDrift(
  reference: readonly JudgedScore[],
  recent: readonly JudgedScore[],
): DriftReport {
  const counts = [reference, recent].map((scores) => scores.filter((each) => each.converted).length)
  const others = [reference, recent].map((scores, at) => scores.length - (counts[at] ?? 0))
  if (Math.min(...counts, ...others) < LEAST_CONVERTED) {
    const [before, now] = counts
    const untold = `Outcomes: ${now} conversions of scored visitors are known lately and ${before} before; ${LEAST_CONVERTED} each are needed.`
    return { findings: [], told: [], untold: [untold] }
  }
  const [before, now] = [periodOf(reference), periodOf(recent)]
  const findings = outcomeFindings(outcomeDrift(before, now))
  return { findings, told: ['calibration', 'order'], untold: [] }
}

function periodOf(scores: readonly JudgedScore[]) {
  const probabilities = scores.map(({ probability }) => probability)
  const outcomes = scores.map(({ converted }) => Number(converted))
  const { auc, variance } = delongAuc({ probabilities, outcomes })
  return { probabilities, outcomes, auc: { value: auc, variance } }
}

const scoresOf = (scores: readonly ActiveScore[]): FeatureSample => ({
  kind: 'number',
  values: scores.map(({ probability }) => probability),
})

function sampleOf(
  feature: FeatureDefinition,
  rows: readonly { features: FeatureValues }[],
): FeatureSample {
  const values = rows.map(({ features }) => features[feature.name] ?? null)
  if (feature.type === 'category') {
    const codes = values.map((value) => feature.levels.indexOf(String(value)))
    return { kind: 'category', codes, levels: feature.levels.length }
  }
  return {
    kind: 'number',
    values: values.map((value) => (value === null ? Number.NaN : Number(value))),
  }
}
