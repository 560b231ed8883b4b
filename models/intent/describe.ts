import type { IntentModel } from '#shared/text/classify.ts'
import type { IntentCard } from '../card/intent-card.ts'
import { shareRight } from '../messages/family-interval.ts'
import { intentQuality } from './evaluate.ts'
import type { IntentSet } from './intent-set.ts'
import { type InsideJudgement, isRight, judgeTest, type TestJudgements } from './judge.ts'

type Figures = Pick<
  IntentCard,
  | 'messages'
  | 'accuracyBeforeThreshold'
  | 'accuracy'
  | 'outOfScopeRecall'
  | 'outOfScopePrecision'
  | 'outOfScopeAuc'
  | 'calibrationError'
  | 'intents'
  | 'confusions'
>

/** The figures of a card: counts and shares, none of the messages themselves. */
export function figuresOf(set: IntentSet, model: IntentModel): Figures {
  const judged = judgeTest(set, model)
  const { inside, outside } = judged
  const likeliest = ({ intent, meant }: InsideJudgement): boolean => intent === meant
  const quality = intentQuality(
    inside.map((message) => ({ ...message, correct: likeliest(message) })),
    outside,
    model.refusal.threshold,
  )
  return {
    messages: {
      train: { inScope: set.train.length, outOfScope: set.outsideTrain.length },
      validation: { inScope: set.validation.length, outOfScope: set.outsideValidation.length },
      test: { inScope: inside.length, outOfScope: outside.length },
    },
    accuracyBeforeThreshold: shareRight(
      inside.map((message) => ({ family: message.family, right: likeliest(message) })),
    ),
    accuracy: shareRight(
      inside.map((message) => ({ family: message.family, right: isRight(message) })),
    ),
    outOfScopeRecall: shareRight(
      outside.map(({ family, refused }) => ({ family, right: refused })),
    ),
    outOfScopePrecision: quality.outsidePrecision,
    outOfScopeAuc: quality.outsideAuc,
    calibrationError: quality.calibrationError,
    intents: model.intents.map((intent) => rowOf(intent, judged)),
    confusions: confusionsOf(inside),
  }
}

function rowOf(intent: string, { inside, outside }: TestJudgements): Figures['intents'][number] {
  const own = inside.filter(({ meant }) => meant === intent)
  const answered = [...inside, ...outside].filter(
    (message) => !message.refused && message.intent === intent,
  )
  const right = own.filter(isRight).length
  return {
    intent,
    messages: own.length,
    recall: right / own.length,
    precision: answered.length > 0 ? right / answered.length : null,
    refused: own.filter(({ refused }) => refused).length / own.length,
  }
}

function confusionsOf(inside: readonly InsideJudgement[]): Figures['confusions'] {
  const counts = new Map<string, Figures['confusions'][number]>()
  for (const { meant, intent: taken, refused } of inside) {
    if (refused || taken === meant) continue
    const key = `${meant} ${taken}`
    counts.set(key, { meant, taken, messages: (counts.get(key)?.messages ?? 0) + 1 })
  }
  return [...counts.values()].sort(
    (a, b) =>
      b.messages - a.messages || (`${a.meant} ${a.taken}` < `${b.meant} ${b.taken}` ? -1 : 1),
  )
}
