import type { ModelsView, ModelView } from '#rpc/models.ts'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import { GradeCutoffs, type ModelStage } from '#shared/scoring/rollout.ts'
import type { BadgeTone } from '../../ui/Badge.tsx'

export const STAGE_WORDS: Record<ModelStage, { label: string; tone: BadgeTone; means: string }> = {
  draft: { label: 'Draft', tone: 'neutral', means: 'Scores nobody yet.' },
  shadow: { label: 'Shadow', tone: 'info', means: 'Scores everybody, and nobody sees it.' },
  challenger: { label: 'Challenger', tone: 'warning', means: 'Scores a share of visitors.' },
  champion: { label: 'Champion', tone: 'good', means: 'Scores visitors.' },
  retired: { label: 'Retired', tone: 'neutral', means: 'Scores nobody any more.' },
}

const count = (value: number): string => value.toLocaleString('en')

/** What the quality figures mean, for who does not know them. */
export const qualityWords = ({ metrics }: Pick<ModelView, 'metrics'>): string[] => {
  const { auc, topDecileLift, ece } = metrics ?? {}
  const words = [
    auc !== undefined &&
      `Of a visitor who converts and one who does not, it scores the right one higher ${Math.round(100 * auc)} times in 100.`,
    topDecileLift !== undefined &&
      `The tenth with the highest scores converts ${topDecileLift.toFixed(1)} times as often as all.`,
    ece !== undefined &&
      `Its probabilities are off by ${(100 * ece).toFixed(1)} points on average.`,
  ].filter((sentence) => sentence !== false)
  return words.length > 0 ? words : ['How good it is on visitors of yours is not known.']
}

export const trainedWords = ({ trainedOn }: Pick<ModelView, 'trainedOn'>): string =>
  trainedOn === null
    ? 'What it learnt from is not known'
    : `Learnt from ${count(trainedOn.rows)} moments in visitors’ lives; ${count(trainedOn.converted)} were followed by a conversion`

/** What a rollback leads to; null where there is none. */
export const wayBack = ({ previousChampion, starter }: ModelsView): string | null =>
  previousChampion === undefined ? null : (previousChampion ?? starter)

export const CHECK_WORDS: Record<PromotionCheck['check'], string> = {
  features: 'Features',
  file: 'File',
  parity: 'Same score twice',
  time: 'Time',
  outcomes: 'What became of visitors',
}

/** Whether a model may be promoted, and whether somebody must say why. */
export type Verdict = 'free' | 'with_reason' | 'barred'

export const verdictOf = (checks: readonly PromotionCheck[]): Verdict => {
  if (checks.some(({ verdict }) => verdict === 'failed')) return 'barred'
  return checks.some(({ verdict }) => verdict === 'unknown') ? 'with_reason' : 'free'
}

/** What can be done with a model where it stands. */
export const stepsFrom = (
  stage: ModelStage,
  hasOtherChallenger: boolean,
): { shadow: boolean; challenge: boolean; promote: boolean; retire: boolean } => {
  const scores = stage === 'shadow' || stage === 'challenger'
  return {
    shadow: stage === 'draft' || stage === 'retired',
    challenge: stage !== 'champion' && stage !== 'challenger' && !hasOtherChallenger,
    promote: stage !== 'champion',
    retire: scores,
  }
}

const ACTION_WORDS: Record<string, string> = {
  register: 'was registered',
  promote: 'was promoted',
  challenge: 'was made challenger',
  shadow: 'went into shadow',
  retire: 'was retired',
}

/** One line of the record of changes. */
export const changeWords = ({ action, model }: ModelsView['changes'][number]): string => {
  if (action === 'roll_back') return 'The champion before was brought back'
  if (action === 'grade') return 'The cut-offs of the grades were changed'
  return `${model ?? 'A model'} ${ACTION_WORDS[action] ?? action}`
}

/** The cut-offs that people typed, in percent; null with the reason where they are none. */
export const gradesOf = (
  percents: Record<'A' | 'B' | 'C', string>,
): { kind: 'grades'; grades: GradeCutoffs } | { kind: 'invalid'; message: string } => {
  const share = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text) / 100)
  const typed = { A: share(percents.A), B: share(percents.B), C: share(percents.C) }
  const parsed = GradeCutoffs.safeParse(typed)
  if (parsed.success) return { kind: 'grades', grades: parsed.data }
  return { kind: 'invalid', message: 'Use percents between 0 and 100, C below B below A.' }
}
