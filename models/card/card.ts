import { z } from 'zod'
import { TrainedManifest } from '#shared/scoring/manifest.ts'
import { markdownTable } from './markdown-table.ts'

const CalibrationRow = z.object({
  rows: z.number().int(),
  predicted: z.number(),
  observed: z.number(),
})

const FeatureEffect = z.object({
  feature: z.string(),
  side: z.enum(['fit', 'engagement']),
  /** Mean absolute contribution over the test rows, in log-odds. */
  meanAbsContribution: z.number(),
})

/** What people should know before they trust a model (Mitchell et al. 2019, "Model Cards"). */
export const ModelCard = z.object({
  name: z.string(),
  version: z.string(),
  purpose: z.string(),
  notFor: z.array(z.string()),
  data: z.string(),
  limits: z.array(z.string()),
  trainedOn: TrainedManifest.shape.trainedOn,
  testedOn: TrainedManifest.shape.testedOn,
  calibrated: z.boolean(),
  metrics: TrainedManifest.shape.metrics,
  /** The same figures for predicting the training period's conversion rate for everybody. */
  baseline: z.object({ logLoss: z.number(), brier: z.number() }),
  grades: TrainedManifest.shape.grades,
  /** Predicted beside observed conversion on the test rows, lowest tenth first. */
  calibration: z.array(CalibrationRow),
  /** Strongest first. */
  effects: z.array(FeatureEffect),
})
export type ModelCard = z.infer<typeof ModelCard>

const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const fixed = (value: number, digits = 3): string => value.toFixed(digits)
const rate = (period: { rows: number; converted: number }): string =>
  percent(period.converted / period.rows)

/** The card as markdown, for people. */
export function cardMarkdown(card: ModelCard): string {
  const { trainedOn, testedOn, metrics, baseline, grades } = card
  const periods = [
    ['training', trainedOn],
    ['test (later)', testedOn],
  ] as const
  return `# ${card.name}

Version ${card.version}. ${card.calibrated ? 'Calibrated on the workspace.' : 'Not calibrated on your data.'}

${card.purpose}

**Not for:** ${card.notFor.join('; ')}.

## Data

${card.data}

${markdownTable(
  ['period', 'from', 'to', 'rows', 'converted'],
  periods.map(([name, rows]) => [
    name,
    day(rows.from),
    day(rows.to),
    String(rows.rows),
    rate(rows),
  ]),
)}

## Quality on the test period

${markdownTable(
  ['measure', 'model', 'everybody the average'],
  [
    ['AUC', fixed(metrics.auc), '0.500'],
    ['log loss', fixed(metrics.logLoss, 4), fixed(baseline.logLoss, 4)],
    ['Brier score', fixed(metrics.brier, 4), fixed(baseline.brier, 4)],
    ['calibration error (10 bins)', fixed(metrics.ece, 4), ''],
    ['lift of the top tenth', fixed(metrics.topDecileLift, 2), '1.00'],
  ],
)}

Grades by probability: A from ${percent(grades.A)}, B from ${percent(grades.B)}, C from ${percent(grades.C)}, D below.

## Predicted and observed

${markdownTable(
  ['tenth of the test rows', 'predicted', 'observed'],
  card.calibration.map((bin, index) => [
    String(index + 1),
    percent(bin.predicted),
    percent(bin.observed),
  ]),
)}

## What moves it most

Mean absolute contribution over the test rows, in log-odds.

${markdownTable(
  ['feature', 'side', 'contribution'],
  card.effects.map((effect) => [effect.feature, effect.side, fixed(effect.meanAbsContribution)]),
)}

## Limits

${card.limits.map((limit) => `- ${limit}`).join('\n')}
`
}
