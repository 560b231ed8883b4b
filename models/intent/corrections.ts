import { type Correction, OUT_OF_SCOPE } from '#shared/text/correction.ts'
import { wordsOf } from '#shared/text/words.ts'
import type { LabelledText } from './examples.ts'
import type { IntentSet } from './intent-set.ts'

/** The same message in words, case and spaces alike, given different intents by different agents. */
export interface Contradiction {
  /** The intent that was taken: the newest. */
  taken: string
  /** The newest word of each agent, newest first. */
  said: readonly Correction[]
}

export interface CorrectedSet {
  set: IntentSet
  /** Corrections that are now training messages. */
  added: number
  /** Training messages that gave way to a correction of the same text. */
  replaced: number
  /** Left out: of a message that is in validation or test, which must stay unseen. */
  heldOut: number
  /** Left out: the model has no such intent. */
  unknownIntent: number
  /** Left out: nothing to learn from once addresses and numbers are gone. */
  empty: number
  /** For people to settle. They hold messages: not for cards or logs. */
  contradictions: readonly Contradiction[]
}

/**
 * Adds people's corrections to the training part. Of several on the same text the newest wins (at
 * the same moment, the later in code point order of intent, then agent), whoever said it and in
 * whatever order they are given; a training message of the same text gives way. Addresses, links and
 * long numbers are taken out of a corrected message first. Validation and test stay as they are, and
 * a correction of one of their messages is left out, or the test would be of what was learnt.
 */
export function withCorrections(set: IntentSet, corrections: readonly Correction[]): CorrectedSet {
  const intents = new Set([OUT_OF_SCOPE, ...set.train.map(({ intent }) => intent)])
  const unseen = formsOf([
    ...set.validation.map(({ text }) => text),
    ...set.outsideValidation,
    ...set.test.map(({ text }) => text),
    ...set.outsideTest.map(({ text }) => text),
  ])
  const known = corrections.filter(({ intent }) => intents.has(intent))
  const byForm = new Map<string, Correction[]>()
  let empty = 0
  let heldOut = 0
  for (const given of known) {
    const correction = { ...given, text: withoutContactDetails(given.text) }
    const form = formOf(correction.text)
    if (form === '') empty++
    else if (unseen.has(form)) heldOut++
    else byForm.set(form, [...(byForm.get(form) ?? []), correction])
  }
  const said = Array.from(byForm.values(), (all) => all.sort(newestFirst))
  const taken = said.flatMap((all) => all.slice(0, 1)).sort(byText)
  const keeps = (text: string): boolean => !byForm.has(formOf(text))
  const train = set.train.filter(({ text }) => keeps(text))
  const outsideTrain = set.outsideTrain.filter(keeps)
  const inScope = ({ intent }: Correction): boolean => intent !== OUT_OF_SCOPE
  const labelled = ({ text, intent }: Correction): LabelledText => ({ text, intent })
  return {
    set: {
      ...set,
      train: [...train, ...taken.filter(inScope).map(labelled)],
      outsideTrain: [
        ...outsideTrain,
        ...taken.filter((correction) => !inScope(correction)).map(({ text }) => text),
      ],
    },
    added: taken.length,
    replaced: set.train.length + set.outsideTrain.length - train.length - outsideTrain.length,
    heldOut,
    unknownIntent: corrections.length - known.length,
    empty,
    contradictions: said.flatMap(contradictionOf),
  }
}

const CONTACT_DETAILS = [
  /\S+@\S+/g,
  /\b(?:https?:\/\/|www\.)\S+/gi,
  // Four digits and more, grouped or not: numbers of phones, orders, cards and accounts.
  /\+?\d(?:[\s().-]{0,2}\d){3,}/g,
]

/** Names stay: they cannot be told from other words. */
function withoutContactDetails(text: string): string {
  return CONTACT_DETAILS.reduce((rest, pattern) => rest.replace(pattern, ' '), text).trim()
}

/** What makes two messages the same: their words. */
const formOf = (text: string): string => wordsOf(text).join(' ')

const formsOf = (texts: readonly string[]): Set<string> => new Set(texts.map(formOf))

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function newestFirst(a: Correction, b: Correction): number {
  return b.at - a.at || order(b.intent, a.intent) || order(b.agent, a.agent) || byText(a, b)
}

const byText = (a: Correction, b: Correction): number => order(a.text, b.text)

function contradictionOf(all: readonly Correction[]): Contradiction[] {
  const agents = new Set<string>()
  const said = all.filter(({ agent }) => !agents.has(agent) && agents.add(agent))
  const intents = new Set(said.map(({ intent }) => intent))
  return intents.size > 1 ? [{ taken: said[0]?.intent ?? '', said }] : []
}
