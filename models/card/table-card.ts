import { z } from 'zod'
import { markdownTable } from './markdown-table.ts'

export const Estimate = z.object({ value: z.number(), low: z.number(), high: z.number() })

export const QualityFigures = z.object({
  rows: z.number().int(),
  positives: z.number().int(),
  auc: Estimate,
  averagePrecision: Estimate,
  logLoss: Estimate,
  brier: Estimate,
  ece: Estimate,
  recallAtTop20: Estimate,
  /** Highest scores first. */
  tenths: z.array(z.object({ lift: Estimate, predicted: z.number(), observed: z.number() })),
})
type QualityFigures = z.infer<typeof QualityFigures>

/** How rows that the model had not seen came about. */
const Validation = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folds'), folds: z.number().int(), seed: z.number().int() }),
  z.object({ kind: z.literal('held-out'), share: z.number(), seed: z.number().int() }),
  z.object({ kind: z.literal('later'), column: z.string(), share: z.number() }),
  z.object({ kind: z.literal('file'), name: z.string() }),
])
type Validation = z.infer<typeof Validation>

/** What people should know of a model that was trained on a table of theirs. */
export const TableModelCard = z.object({
  name: z.string(),
  version: z.string(),
  /** Such as "gradient-boosted trees". */
  algorithm: z.string(),
  data: z.object({
    source: z.string(),
    rows: z.number().int(),
    positives: z.number().int(),
    label: z.string(),
    positive: z.string(),
  }),
  validation: Validation,
  quality: QualityFigures,
  /** The same figures of the plain rival, on the same rows. */
  logistic: QualityFigures,
  /** AUC of the model less that of the rival, on the same rows. */
  aucGap: Estimate,
  calibration: z.object({
    kind: z.enum(['platt', 'isotonic']),
    logLoss: z.object({ uncalibrated: z.number(), platt: z.number(), isotonic: z.number() }),
  }),
  features: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['number', 'boolean', 'time', 'category']),
      missing: z.number(),
    }),
  ),
  dropped: z.array(z.object({ name: z.string(), reason: z.string(), why: z.string() })),
  warnings: z.array(
    z.object({
      column: z.string(),
      kind: z.string(),
      severity: z.enum(['warning', 'look']),
      message: z.string(),
    }),
  ),
  /** Strongest first. */
  importance: z.array(
    z.object({
      column: z.string(),
      aucLost: z.number(),
      deviation: z.number(),
      /** Mean absolute Shapley value, in log-odds; null where it is not known how. */
      shap: z.number().nullable(),
    }),
  ),
  /** How the rows apart differ from those that the model learnt from; empty without rows apart. */
  drift: z.array(
    z.object({
      /** Null where the model as a whole is meant. */
      column: z.string().nullable(),
      kind: z.enum(['values', 'missing', 'scores', 'calibration', 'order']),
      message: z.string(),
    }),
  ),
  notes: z.array(z.string()),
})
export type TableModelCard = z.infer<typeof TableModelCard>

/** File names of the plots, as the card links them. */
export const CARD_PLOTS = {
  roc: 'roc.svg',
  calibration: 'calibration.svg',
  lift: 'lift.svg',
  scores: 'scores.svg',
} as const

type Estimate = z.infer<typeof Estimate>

const MOST_IMPORTANT = 20
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const whole = (count: number): string => count.toLocaleString('en-US')
export const ranged = ({ value, low, high }: Estimate, digits: number): string =>
  `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`

function validationInWords(validation: Validation): string {
  switch (validation.kind) {
    case 'folds':
      return `Every row was predicted by a model that had not seen it: ${validation.folds} parts, each predicted by a model of the others (seed ${validation.seed}).`
    case 'held-out':
      return `${percent(validation.share)} of the rows were kept apart by chance before training (seed ${validation.seed}).`
    case 'later':
      return `The latest ${percent(validation.share)} of the rows by "${validation.column}" were kept apart; the model knows only earlier ones. This is how it will be used.`
    case 'file':
      return `All figures are of the rows in ${validation.name}, which the model has not seen.`
  }
}

/** What the figures mean for somebody who has to decide whom to call. */
function inWords({ auc, tenths, recallAtTop20, ece }: QualityFigures): string[] {
  const [best] = tenths
  return [
    `Of a hundred pairs of one who converts and one who does not, it puts the right one first in ${Math.round(100 * auc.value)}.`,
    ...(best
      ? [
          `The tenth with the highest scores converts ${best.lift.value.toFixed(1)} times as often as the average (${percent(best.observed)}).`,
        ]
      : []),
    `Whoever turns to the highest fifth alone reaches ${percent(recallAtTop20.value)} of all conversions.`,
    `Predicted and observed rates differ by ${(100 * ece.value).toFixed(1)} percentage points on average.`,
  ]
}

/** Whether the model is worth more than the plain rival, beyond what chance explains. */
function verdict({ aucGap, algorithm }: TableModelCard): string {
  const gap = ranged(aucGap, 3)
  if (aucGap.low > 0) return `It orders better than logistic regression: AUC higher by ${gap}.`
  return aucGap.high < 0
    ? `Logistic regression orders better than ${algorithm} here (AUC gap ${gap}): prefer it.`
    : `It cannot be told from logistic regression (AUC gap ${gap}): where reasons must be simple, that will do.`
}

function qualityTable({ quality, logistic }: TableModelCard): string {
  const { rows, positives } = quality
  const rate = positives / rows
  const entropy = -(rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate))
  const measures = [
    ['AUC', 'auc', 3, '0.500'],
    ['average precision', 'averagePrecision', 3, rate.toFixed(3)],
    ['log loss', 'logLoss', 4, entropy.toFixed(4)],
    ['Brier score', 'brier', 4, (rate * (1 - rate)).toFixed(4)],
    ['calibration error (10 bins)', 'ece', 4, '0.0000'],
    ['converters in the highest fifth', 'recallAtTop20', 3, '0.200'],
  ] as const
  return markdownTable(
    ['measure', 'model (95 % interval)', 'logistic regression', 'everybody the average'],
    measures.map(([name, key, digits, average]) => [
      name,
      ranged(quality[key], digits),
      ranged(logistic[key], digits),
      average,
    ]),
  )
}

const listed = (items: readonly string[], none: string): string =>
  items.length === 0 ? none : items.map((item) => `- ${item}`).join('\n')

/** Says something only where there are later rows, or others, to compare with. */
function driftSection({ validation, drift }: TableModelCard): string {
  if (validation.kind !== 'later' && validation.kind !== 'file') return ''
  const found = listed(
    drift.map(({ message }) => message),
    'Nothing beyond what chance explains.',
  )
  return `## What is different in those rows\n\n${found}\n\n`
}

/** The card as markdown, for people; plots are linked by the names in `CARD_PLOTS`. */
export function tableCardMarkdown(card: TableModelCard): string {
  const { data, quality, calibration, features, dropped, warnings, importance } = card
  const kind = calibration.kind === 'platt' ? 'Platt’s sigmoid' : 'an isotonic curve'
  const losses = calibration.logLoss
  return `# ${card.name}

Version ${card.version}: ${card.algorithm}, trained on ${whole(data.rows)} rows of ${data.source}, of which ${whole(data.positives)} (${percent(data.positives / data.rows)}) have "${data.positive}" as "${data.label}".

## Is it any good?

${validationInWords(card.validation)}

${listed([...inWords(quality), verdict(card)], '')}

${qualityTable(card)}

![ROC curve](${CARD_PLOTS.roc}) ![Lift by tenth](${CARD_PLOTS.lift})

## Can its probabilities be taken at their word?

Calibrated by ${kind}, the better of two by cross-validated log loss (none ${losses.uncalibrated.toFixed(4)}, Platt ${losses.platt.toFixed(4)}, isotonic ${losses.isotonic.toFixed(4)}).

${markdownTable(
  ['tenth, highest scores first', 'predicted', 'observed', 'lift (95 % interval)'],
  quality.tenths.map((tenth, index) => [
    String(index + 1),
    percent(tenth.predicted),
    percent(tenth.observed),
    ranged(tenth.lift, 2),
  ]),
)}

![Predicted and observed](${CARD_PLOTS.calibration}) ![Scores by outcome](${CARD_PLOTS.scores})

${driftSection(card)}## Columns that may know the outcome

${listed(
  warnings.map(
    ({ severity, message }) => `${severity === 'warning' ? '**Warning.** ' : ''}${message}`,
  ),
  'None was found.',
)}

## What it leans on

AUC that is lost when a column's values are dealt out anew, and how far the column moves a row's log-odds on average (Shapley values); both over unseen rows.

${markdownTable(
  ['column', 'AUC lost', '±', 'moves log-odds by'],
  importance
    .slice(0, MOST_IMPORTANT)
    .map(({ column, aucLost, deviation, shap }) => [
      column,
      aucLost.toFixed(4),
      deviation.toFixed(4),
      shap === null ? '–' : shap.toFixed(3),
    ]),
)}

## Columns

${markdownTable(
  ['column', 'type', 'missing'],
  features.map(({ name, type, missing }) => [name, type, percent(missing)]),
)}

Not used:

${listed(
  dropped.map(({ name, why }) => `${name}: ${why}`),
  '- none',
)}

## Notes

${listed(
  [
    ...card.notes,
    'Figures hold for rows like these. When campaigns, prices or forms change, look again.',
  ],
  '',
)}
`
}
