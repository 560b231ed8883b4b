import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fnv1a64 } from '../features/fingerprint.ts'
import { countText, TEXT_BUCKETS, TEXT_FEATURES } from './features.ts'
import { fnv1a, mixed } from './hash.ts'
import { learnVocabulary, readText } from './vocabulary.ts'
import { wordsOf } from './words.ts'

const LETTERS = [...'abcxyzäöüßéñçøåæαβγσςωабвгдяАЯÄΣİ0123 ’.,!?ﬁＡ１€']
const chat = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 60 })
const anything = fc.string({ unit: 'grapheme', maxLength: 60 })

describe('hashing', () => {
  test('FNV-1a gives the published values for ASCII', () => {
    expect(fnv1a('')).toBe(0x811c9dc5)
    expect(fnv1a('a')).toBe(0xe40c292c)
    expect(fnv1a('b')).toBe(0xe70c2de5)
    expect(fnv1a('foobar')).toBe(0xbf9cf968)
    expect(fnv1a('hello')).toBe(0x4f9f2cab)
  })

  test('the finalizer gives the values of murmur3 for an empty key and its seed', () => {
    expect(mixed(0)).toBe(0)
    expect(mixed(1)).toBe(0x514e28b7)
    expect(mixed(0xffffffff)).toBe(0x81f16f39)
  })

  test('hashing a part equals hashing a copy of the part, and parts go on where others ended', () => {
    fc.assert(
      fc.property(anything, anything, (left, right) => {
        const whole = left + right
        expect(fnv1a(whole, left.length)).toBe(fnv1a(right))
        expect(fnv1a(right, 0, right.length, fnv1a(left))).toBe(fnv1a(whole))
      }),
    )
  })
})

describe('words', () => {
  test.each([
    ["What's up?", ['whats', 'up']],
    ['what’s up', ['whats', 'up']],
    ['Preis: 20€ für Öl', ['preis', '20', '€', 'für', 'öl']],
    ['STRASSE straße', ['strasse', 'strasse']],
    ['ﬁne 👍', ['fine', '👍']],
    ['…', []],
    ['', []],
  ])('of %j are %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words)
  })

  test('of a very long message are those of its beginning', () => {
    expect(wordsOf('ab '.repeat(100_000)).length).toBeLessThan(2_000)
  })
})

describe('counts', () => {
  test('are the same for the same text, ascending, within the buckets, each bucket once', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { buckets, counts } = countText(text)
        expect(countText(text)).toEqual({ buckets, counts })
        expect([...buckets]).toEqual([...new Set(buckets)].sort((a, b) => a - b))
        expect(buckets.every((bucket) => bucket < TEXT_BUCKETS)).toBe(true)
        expect(counts.every((count) => count > 0)).toBe(true)
      }),
    )
  })

  test('do not depend on case', () => {
    fc.assert(
      fc.property(chat, (text) => {
        expect(countText(text.toUpperCase())).toEqual(countText(text))
        expect(countText(text.toLowerCase())).toEqual(countText(text))
      }),
    )
  })

  test.each(['NFC', 'NFD', 'NFKC', 'NFKD'])('do not depend on being in form %s', (form) => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(countText(text.normalize(form))).toEqual(countText(text))
      }),
    )
  })

  test('of two words hold the words, their pair and their n-grams', () => {
    // " ab ": 2 + 1; " cde ": 3 + 2 + 1.
    expect(countText('ab cde').buckets.length).toBe(3 + 3 + 6)
  })
})

describe('a vocabulary', () => {
  const vocabulary = learnVocabulary(
    ['wo ist mein paket', 'mein paket ist da', 'was kostet das'].map(countText),
    1,
  )

  test('gives rows of unit length, ascending, or empty ones where it knows nothing', () => {
    const words = fc.constantFrom('wo', 'ist', 'mein', 'paket', 'kostet', 'xq', 'Zürich', '…')
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        const { vector, coverage } = readText(parts.join(' '), vocabulary)
        const squares = vector.values.reduce((sum, value) => sum + value * value, 0)
        if (vector.indices.length === 0) expect(squares).toBe(0)
        else expect(squares).toBeCloseTo(1, 5)
        expect([...vector.indices]).toEqual([...vector.indices].sort((a, b) => a - b))
        expect(coverage).toBeGreaterThanOrEqual(0)
        expect(coverage).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('covers its own texts wholly and strange ones not at all', () => {
    expect(readText('Wo ist mein Paket?', vocabulary).coverage).toBe(1)
    expect(readText('qqq zzz', vocabulary)).toEqual({
      vector: { indices: new Uint32Array(0), values: new Float32Array(0) },
      coverage: 0,
    })
  })

  test('gives a word of many texts less weight than a word of one', () => {
    const { vector } = readText('ist', vocabulary)
    const idfOf = (word: string): number => {
      const [bucket = 0] = countText(word).buckets
      return vocabulary.idf[vocabulary.columnOf[bucket] ?? -1] ?? 0
    }
    expect(vector.indices.length).toBeGreaterThan(0)
    expect(idfOf('ist')).toBeLessThan(idfOf('kostet'))
  })

  test('knows nothing of what too few texts had', () => {
    const strict = learnVocabulary(['ein wort', 'ein anderes'].map(countText), 2)
    expect(readText('wort', strict).vector.indices.length).toBe(0)
    expect(readText('ein', strict).vector.indices.length).toBeGreaterThan(0)
  })
})

describe('the name of the features', () => {
  test('goes with what is made of these texts: who changes that gives it a new name and trains again', () => {
    const texts = ["What's the price in €?", 'ＡＢＣ straße 👍', 'a', 'Где мой заказ']
    const all = texts.map((text) => {
      const { buckets, counts } = countText(text)
      return [[...buckets], [...counts]]
    })
    expect([TEXT_FEATURES, fnv1a64(JSON.stringify(all))]).toEqual([
      'words-pairs-grams-1',
      '5d360c4ca51b7538',
    ])
  })
})
