import type { LabelledText } from './examples.ts'
import type { IntentSet } from './intent-set.ts'

const PHRASES: Record<string, string[]> = {
  price: ['how much is it', 'what does it cost', 'price of the plan', 'is there a discount'],
  demo: ['show me a demo', 'can i see it live', 'book a meeting', 'talk to somebody'],
  support: ['it does not work', 'i get an error', 'the page is broken', 'please help me'],
}
const STRANGE = ['who won the match', 'boil an egg', 'capital of peru', 'tell a joke', 'sing']

/** A small separable set: every phrase with some endings in each part. */
export function smallSet(): IntentSet {
  const ended = (endings: string[]): LabelledText[] =>
    Object.entries(PHRASES).flatMap(([intent, phrases]) =>
      phrases.flatMap((phrase) => endings.map((ending) => ({ text: phrase + ending, intent }))),
    )
  return {
    train: ended(['', ' please', ' today', ' for my team']),
    outsideTrain: ['rain tomorrow', 'play some music', 'how old is the moon'],
    validation: ended([' now', ' thanks']),
    outsideValidation: STRANGE.flatMap((text) => [text, `${text} now`]),
    test: ended([' then', ' soon', ' ok']).map((message, family) => ({ ...message, family })),
    outsideTest: STRANGE.map((text, family) => ({ text: `${text} then`, family })),
  }
}
