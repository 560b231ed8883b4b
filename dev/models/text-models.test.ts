import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IntentCard } from '#models/card/intent-card.ts'
import { SentimentCard } from '#models/card/sentiment-card.ts'
import { PARTS } from '#models/messages/families.ts'
import { runOnnx, worstGap } from '#models/onnx/onnx-session.fixture.ts'
import { textClassesFromOnnx } from '#models/onnx/text-classes.ts'
import { assessOutputs, assessText, decideIntent } from '#shared/text/classify.ts'
import { denseRow } from '#shared/text/dense-row.ts'
import { intentModelOf, intentReaderOf, sentimentModelOf } from '#shared/text/load-model.ts'
import { IntentManifest, SentimentManifest } from '#shared/text/manifest.ts'
import { sentimentFrom, sentimentOf } from '#shared/text/sentiment.ts'
import { readText, type Vocabulary } from '#shared/text/vocabulary.ts'
import { MESSAGE_FOLDERS, messagesIn } from './message-files.ts'
import { trainTextModels } from './shipped-text-models.ts'

const RETRAIN =
  'run node dev/models/train-text-models.ts and commit models/intent/shipped and models/sentiment/shipped'
const PARITY_TOLERANCE = 1e-5
const LARGEST_FILE_BYTES = 2_000_000
/** A dense row has some 19,000 columns: all rows at once would be large. */
const ROWS_AT_ONCE = 250
const STRANGE = ['', ' ', '…', '\ud800', '👩‍👩‍👧 ㄱㄴ', 'Где мой заказ', 'a'.repeat(5_000)]

const [intent, sentiment] = trainTextModels().map((trained) => ({
  trained,
  shipped: (name: string): Buffer => readFileSync(join(trained.folder, name)),
  json: (name: string): unknown => JSON.parse(readFileSync(join(trained.folder, name)).toString()),
}))
if (!intent || !sentiment) throw new Error('Two models are trained.')

/** Every test message of a set, and others of any characters. */
function textsOf(folder: string): string[] {
  const messages = [...messagesIn(folder).values()].flatMap(({ test: families }) => families.flat())
  const anything = fc.sample(fc.string({ unit: 'binary', maxLength: 80 }), {
    numRuns: 100,
    seed: 5,
  })
  return [...messages, ...STRANGE, ...anything]
}

/** What ONNX Runtime puts out for texts: a margin and a probability row each. */
async function runTexts(file: Uint8Array, texts: readonly string[], vocabulary: Vocabulary) {
  const columns = vocabulary.idf.length
  const outputs: { margins: Float32Array; probabilities: Float32Array }[] = []
  for (let start = 0; start < texts.length; start += ROWS_AT_ONCE) {
    const batch = texts.slice(start, start + ROWS_AT_ONCE)
    const rows = new Float32Array(batch.length * columns)
    for (const [at, text] of batch.entries()) {
      rows.set(denseRow(readText(text, vocabulary).vector, columns), at * columns)
    }
    const [margin, probability] = await runOnnx(file, rows, columns, ['margin', 'probability'])
    if (!margin || !probability) throw new Error('The file lacks an output.')
    const line = ({ data }: { data: Float32Array }, at: number): Float32Array => {
      const width = data.length / batch.length
      return data.subarray(at * width, (at + 1) * width)
    }
    for (const at of batch.keys()) {
      outputs.push({ margins: line(margin, at), probabilities: line(probability, at) })
    }
  }
  return outputs
}

describe.each([
  { name: 'intent', model: intent },
  { name: 'sentiment', model: sentiment },
])('the shipped model of $name', ({ model }) => {
  test('training again gives the shipped files, byte for byte', () => {
    const { trained, shipped, json } = model
    expect(shipped(trained.onnxName).equals(trained.onnx), RETRAIN).toBe(true)
    expect(json('manifest.json'), RETRAIN).toEqual(trained.manifest)
    expect(json('card.json'), RETRAIN).toEqual(trained.card)
    expect(shipped('card.md').toString(), RETRAIN).toBe(trained.cardMarkdown)
  })

  test('the manifest names the hash of its file, which is small', () => {
    const file = model.shipped(model.trained.onnxName)
    const hash = createHash('sha256').update(file).digest('hex')
    expect(model.json('manifest.json')).toMatchObject({ onnxSha256: hash })
    expect(file.length).toBeLessThan(LARGEST_FILE_BYTES)
  })
})

describe('file and manifest alone', () => {
  test('give the intent, probability and score that the plain walker gives, on every test message and any text', async () => {
    const manifest = IntentManifest.parse(intent.json('manifest.json'))
    const file = intent.shipped('marketing-intent.onnx')
    const reader = intentReaderOf(manifest)
    const walker = intentModelOf(manifest, textClassesFromOnnx(file))
    const texts = textsOf(MESSAGE_FOLDERS.intent)
    const outputs = await runTexts(file, texts, reader.vocabulary)
    const here = texts.map((text) => assessText(text, walker))
    const there = texts.map((text, at) => {
      const { margins, probabilities } = outputs[at] ?? { margins: [], probabilities: [] }
      const { coverage } = readText(text, reader.vocabulary)
      return assessOutputs(margins, probabilities, coverage, reader)
    })
    expect(there.map((answer) => answer.intent)).toEqual(here.map((answer) => answer.intent))
    for (const figure of ['probability', 'inScope'] as const) {
      const gap = worstGap(
        there.map((answer) => answer[figure]),
        here.map((answer) => answer[figure]),
      )
      expect(gap, figure).toBeLessThan(PARITY_TOLERANCE)
    }
    const kinds = new Set(
      here.map((answer) => decideIntent(answer, manifest.refusal.threshold).kind),
    )
    expect(kinds).toEqual(new Set(['intent', 'out_of_scope']))
  })

  test('give the sentiment that the plain walker gives, on every test message and any text', async () => {
    const manifest = SentimentManifest.parse(sentiment.json('manifest.json'))
    const file = sentiment.shipped('sentiment.onnx')
    const walker = sentimentModelOf(manifest, textClassesFromOnnx(file))
    const texts = textsOf(MESSAGE_FOLDERS.sentiment)
    const outputs = await runTexts(file, texts, walker.vocabulary)
    const here = texts.map((text) => sentimentOf(text, walker))
    const there = outputs.map(({ probabilities }) =>
      sentimentFrom(probabilities, manifest.sentiments),
    )
    expect(there.map((answer) => answer.sentiment)).toEqual(here.map((answer) => answer.sentiment))
    const gap = worstGap(
      there.map(({ probability }) => probability),
      here.map(({ probability }) => probability),
    )
    expect(gap).toBeLessThan(PARITY_TOLERANCE)
    expect(new Set(here.map((answer) => answer.sentiment)).size).toBe(3)
  })
})

describe('the figures of the cards', () => {
  test('of intents are well above chance, calibrated, and of every test message', () => {
    const card = IntentCard.parse(intent.json('card.json'))
    expect(card.accuracyBeforeThreshold.value).toBeGreaterThan(0.7)
    expect(card.outOfScopeRecall.value).toBeGreaterThan(0.6)
    expect(card.outOfScopeAuc).toBeGreaterThan(0.85)
    expect(card.calibrationError).toBeLessThan(0.08)
    const messages = card.intents.reduce((sum, row) => sum + row.messages, 0)
    expect(messages).toBe(card.messages.test.inScope)
  })

  test('of sentiments are well above the commonest', () => {
    const card = SentimentCard.parse(sentiment.json('card.json'))
    expect(card.accuracy.low).toBeGreaterThan(card.commonest + 0.15)
    const taken = card.sentiments.flatMap((row) => row.taken).reduce((a, b) => a + b, 0)
    expect(taken).toBe(card.messages.test)
  })

  test('of sentiments name limits that are there', () => {
    const manifest = SentimentManifest.parse(sentiment.json('manifest.json'))
    const model = sentimentModelOf(
      manifest,
      textClassesFromOnnx(sentiment.shipped('sentiment.onnx')),
    )
    expect(sentimentOf('not happy', model).sentiment).toBe('negative')
    expect(sentimentOf('I am happy', model).sentiment).toBe('positive')
    expect(sentimentOf('not bad', model).sentiment).toBe('negative')
    expect(sentimentOf('', model).probability).toBeLessThan(0.4)
    expect(SentimentCard.parse(sentiment.json('card.json')).limits.join(' ')).toContain('not bad')
  })

  test('hold no message', () => {
    for (const { folder, model } of [
      { folder: MESSAGE_FOLDERS.intent, model: intent },
      { folder: MESSAGE_FOLDERS.sentiment, model: sentiment },
    ]) {
      const written = `${model.shipped('card.json')}${model.shipped('manifest.json')}`
      const long = [...messagesIn(folder).values()]
        .flatMap((families) => PARTS.flatMap((part) => families[part].flat()))
        .filter((text) => text.length > 25)
      expect(long.length).toBeGreaterThan(50)
      expect(long.filter((text) => written.includes(text))).toEqual([])
    }
  })
})
