import {
  buildIntentModel,
  type IntentArtifacts,
  type IntentWords,
} from '#models/intent/build-intent-model.ts'
import { type IntentSet, intentSetOf } from '#models/intent/intent-set.ts'
import { MESSAGE_FOLDERS, messagesIn } from './message-files.ts'

const WORDS: IntentWords = {
  name: 'Marketing chat intent',
  purpose:
    "Says what a visitor of a software company's site wants, from one chat message, so that an answer or a person can be chosen; or that none of its intents fits.",
  notFor: [
    'an answer without a way to a person: it is wrong too often for that',
    'legal deadlines: a request for deletion that it misses is still a request',
    'languages other than English, and messages that have two intents',
  ],
  data: 'Messages written for this set (models/intent/marketing), none by a visitor. Messages that say much the same form a family, and a family lies wholly in one part; parts were drawn by chance.',
  limits: [
    'The messages were written to be varied and are not what visitors send most: figures on a site of your own will differ.',
    'It knows words, not meanings: a synonym that no training message has is unknown.',
    'Few test messages stand behind each row of the table of intents.',
    'Out-of-scope messages are of every kind; one that shares its words with an intent is taken for it.',
  ],
}

/** The own set of marketing-site messages, from its files. */
export const marketingSet = (): IntentSet => intentSetOf(messagesIn(MESSAGE_FOLDERS.intent))

/** Trains the shipped intent model; always the same, about 2 s. */
export function trainMarketingIntent(): IntentArtifacts {
  return buildIntentModel(marketingSet(), WORDS)
}
