import { describe, expect, test } from 'vitest'
import { PARTS } from '#models/messages/families.ts'
import { OUT_OF_SCOPE } from '#shared/text/correction.ts'
import { wordsOf } from '#shared/text/words.ts'
import { MESSAGE_FOLDERS, messagesIn } from './message-files.ts'

/** Share of words that two messages of different parts may have in common. */
const MOST_IN_COMMON = 0.85

const SETS = [
  { name: 'intents', folder: MESSAGE_FOLDERS.intent, fewest: 60 },
  { name: 'sentiments', folder: MESSAGE_FOLDERS.sentiment, fewest: 80 },
].map(({ name, folder, fewest }) => ({ name, files: messagesIn(folder), fewest }))

const INTENTS = [
  'billing careers complaint demo documentation goodbye greeting human integration',
  'partnership pricing privacy_request security support thanks trial unsubscribe',
]
  .join(' ')
  .split(' ')

test('the sets have the intents and sentiments that they say', () => {
  const [intents, sentiments] = SETS.map(({ files }) => [...files.keys()])
  expect(intents).toEqual([...INTENTS, OUT_OF_SCOPE].sort())
  expect(sentiments).toEqual(['negative', 'neutral', 'positive'])
})

describe.each(SETS)('the messages of $name', ({ files, fewest }) => {
  const messages = Array.from(files).flatMap(([name, families]) =>
    PARTS.flatMap((part) =>
      families[part].flatMap((family) =>
        family.map((text) => ({ name, part, family, text, words: new Set(wordsOf(text)) })),
      ),
    ),
  )

  test('are enough for each class, with a sixth or more for validation and for the test', () => {
    for (const name of files.keys()) {
      const own = messages.filter((message) => message.name === name)
      expect(own.length, name).toBeGreaterThanOrEqual(fewest)
      for (const part of ['validation', 'test']) {
        const share = own.filter((message) => message.part === part).length / own.length
        expect(share, `${name}, ${part}`).toBeGreaterThan(1 / 6)
        expect(share, `${name}, ${part}`).toBeLessThan(1 / 4)
      }
    }
    expect(messages.length).toBeGreaterThan(300)
  })

  test('stand in one family only, whatever their case and punctuation', () => {
    const families = new Map<string, (typeof messages)[number]>()
    for (const message of messages) {
      const form = wordsOf(message.text).join(' ') || message.text
      const first = families.get(form) ?? message
      expect(first.family, message.text).toBe(message.family)
      families.set(form, first)
    }
  })

  test('of different parts are no near copies of each other', () => {
    const copies: string[] = []
    for (const [at, one] of messages.entries()) {
      for (let next = at + 1; next < messages.length; next++) {
        const other = messages[next]
        if (!other || other.part === one.part) continue
        if (inCommon(one.words, other.words) > MOST_IN_COMMON) {
          copies.push(`${one.text} | ${other.text}`)
        }
      }
    }
    expect(copies).toEqual([])
  })
})

/** Jaccard's index of two sets of words. */
function inCommon(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const most = Math.min(one.size, other.size) / Math.max(one.size, other.size)
  if (!(most > MOST_IN_COMMON)) return 0
  let both = 0
  for (const word of one) if (other.has(word)) both++
  return both / (one.size + other.size - both)
}
