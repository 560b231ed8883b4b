import {
  buildSentimentModel,
  type SentimentArtifacts,
  type SentimentWords,
} from '#models/sentiment/build-sentiment-model.ts'
import { sentimentSetOf } from '#models/sentiment/sentiment-set.ts'
import { MESSAGE_FOLDERS, messagesIn } from './message-files.ts'

const WORDS: SentimentWords = {
  name: 'Chat sentiment',
  purpose:
    'Says whether a chat message sounds negative, neutral or positive, so that a person can look at unhappy visitors first.',
  notFor: [
    'judging people, of either side of a chat',
    'a figure of how happy visitors are: it errs too often, and not evenly',
    'languages other than English',
  ],
  data: 'Messages written for this set (models/sentiment/messages), none by a visitor. Messages that say much the same form a family, and a family lies wholly in one part; parts were drawn by chance.',
  limits: [
    'It knows the words of its training messages and pairs of them. A word of praise or blame that it has not seen says nothing to it.',
    'A negation is learnt as a pair of words, and it often loses against the word itself: "not bad" is taken as negative.',
    'A message of which no word is known gets what was commonest in training, with a probability of about a third.',
    'Irony is mostly taken at its word.',
    'Emoticons of punctuation like ":(" are not read; pictographs are.',
  ],
}

/** Trains the shipped sentiment model; always the same, about a second. */
export function trainShippedSentiment(): SentimentArtifacts {
  return buildSentimentModel(sentimentSetOf(messagesIn(MESSAGE_FOLDERS.sentiment)), WORDS)
}
