import {
  type Assessment,
  assessText,
  decideIntent,
  type IntentModel,
} from '#shared/text/classify.ts'
import type { IntentSet, TestMessage } from './intent-set.ts'

/** What a model makes of a test message. */
export interface Judgement extends Assessment {
  text: string
  family: number
  refused: boolean
}

/** Of a test message that has an intent. */
export interface InsideJudgement extends Judgement {
  meant: string
}

export interface TestJudgements {
  inside: InsideJudgement[]
  outside: Judgement[]
}

/** What the model makes of the test part, in the order of the set. */
export function judgeTest({ test, outsideTest }: IntentSet, model: IntentModel): TestJudgements {
  const judge = ({ text, family }: TestMessage): Judgement => {
    const assessment = assessText(text, model)
    const answer = decideIntent(assessment, model.refusal.threshold)
    return { ...assessment, text, family, refused: answer.kind === 'out_of_scope' }
  }
  return {
    inside: test.map((message) => ({ ...judge(message), meant: message.intent })),
    outside: outsideTest.map(judge),
  }
}

/** Whether a message with an intent was answered with it. */
export const isRight = ({ refused, intent, meant }: InsideJudgement): boolean =>
  !refused && intent === meant
