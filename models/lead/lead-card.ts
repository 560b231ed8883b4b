import { z } from 'zod'
import { TrainedManifest } from '#shared/scoring/manifest.ts'
import { KnownBy } from '#shared/training/training-row.ts'
import { cardMarkdown, ModelCard } from '../card/card.ts'
import { markdownTable } from '../card/markdown-table.ts'
import { CARD_PLOTS, Estimate, QualityFigures, ranged } from '../card/table-card.ts'

const Algorithm = TrainedManifest.shape.algorithm

/** One of the two models that were trained. */
const Rival = z.object({
  algorithm: Algorithm,
  calibration: z.enum(['platt', 'isotonic']),
  /** On the rows that chose between them, in nats. */
  validationLogLoss: z.number(),
  /** On the test period, which chose nothing. */
  quality: QualityFigures,
})

/** What people should know of a lead model that was trained on a workspace's own rows. */
export const LeadCard = ModelCard.extend({
  workspace: z.string(),
  algorithm: Algorithm,
  knownBy: KnownBy,
  /** The one that ships is `algorithm`'s. */
  trees: Rival,
  logistic: Rival,
  /** AUC of the trees less that of logistic regression, on the same rows. */
  aucGap: Estimate,
})
export type LeadCard = z.infer<typeof LeadCard>

export const ALGORITHM_WORDS: Record<LeadCard['algorithm'], string> = {
  'gradient-boosted-trees': 'gradient-boosted trees',
  'logistic-regression': 'logistic regression',
}

const MEASURES = [
  ['AUC', 'auc', 3],
  ['average precision', 'averagePrecision', 3],
  ['log loss', 'logLoss', 4],
  ['Brier score', 'brier', 4],
  ['calibration error (10 bins)', 'ece', 4],
  ['conversions in the highest fifth', 'recallAtTop20', 3],
] as const

/** The card as markdown, for people; plots are linked by the names in `CARD_PLOTS`. */
export function leadCardMarkdown(card: LeadCard): string {
  const { trees, logistic, algorithm } = card
  const known =
    card.knownBy === 'received'
      ? 'An event counts as known from when it was received, as a score would have seen it.'
      : 'Most events were imported as history, long after they happened. So each event counts as known from when it **occurred**, which a score at that time could not have seen if it had been late.'
  return `${cardMarkdown(card)}
## What was known when

${known}

## Two models, with 95 % intervals

Two were trained; ${ALGORITHM_WORDS[algorithm]} ships, because its log loss was lower on the latest quarter of the training period (trees ${trees.validationLogLoss.toFixed(4)}, logistic regression ${logistic.validationLogLoss.toFixed(4)}). The test period chose nothing. AUC of the trees less that of logistic regression on the test period: ${ranged(card.aucGap, 3)}.

${markdownTable(
  ['measure on the test period', 'trees', 'logistic regression'],
  MEASURES.map(([name, key, digits]) => [
    name,
    ranged(trees.quality[key], digits),
    ranged(logistic.quality[key], digits),
  ]),
)}

Trees are calibrated by ${trees.calibration === 'platt' ? 'Platt’s line' : 'an isotonic curve'}, logistic regression by Platt’s line, both within the file.

![ROC curve](${CARD_PLOTS.roc}) ![Lift by tenth](${CARD_PLOTS.lift})

![Predicted and observed](${CARD_PLOTS.calibration}) ![Scores by outcome](${CARD_PLOTS.scores})
`
}
