import { cpus, totalmem } from 'node:os'
import { intentQuality } from '#models/intent/evaluate.ts'
import { INTENT_OPTIONS, trainIntents } from '#models/intent/train-intents.ts'
import { assessText, classifyText, type IntentModel } from '#shared/text/classify.ts'
import { type ClincData, readClinc } from './clinc.ts'

const MUST = { accuracy: 0.91, outsideRecall: 0.5 }
const MS_PER_SECOND = 1_000
const US_PER_MS = 1_000
/** The first messages are slower: the compiler has not seen their code often enough. */
const WARM_UP_MESSAGES = 500

/**
 * Intent and out-of-scope detection on CLINC150's test messages, which nothing else here reads; one
 * thread.
 *
 * @param args the path of CLINC150's `data_full.json`
 */
export async function benchIntent([file]: readonly string[]): Promise<boolean> {
  if (file === undefined) {
    throw new Error("Name CLINC150's data_full.json: npm run bench -- intent FILE.")
  }
  const data = await readClinc(file)
  const started = performance.now()
  const model = trainIntents(data.examples)
  const trainingSeconds = (performance.now() - started) / MS_PER_SECOND
  const quality = qualityOn(data, model)
  const microsecondsPerMessage = timeOf(data, model)
  const pass = quality.accuracy >= MUST.accuracy && quality.outsideRecall >= MUST.outsideRecall
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
  const figures: [string, string][] = [
    ['in-scope accuracy before the threshold', percent(quality.accuracyBeforeThreshold)],
    ['in-scope accuracy', `${percent(quality.accuracy)} (must ${percent(MUST.accuracy)})`],
    [
      'out-of-scope recall',
      `${percent(quality.outsideRecall)} (must ${percent(MUST.outsideRecall)})`,
    ],
    ['out-of-scope precision', percent(quality.outsidePrecision)],
    ['out-of-scope AUC', quality.outsideAuc.toFixed(4)],
    ['expected calibration error', quality.calibrationError.toFixed(4)],
    ['training, seconds', trainingSeconds.toFixed(1)],
    ['a message, µs', microsecondsPerMessage.toFixed(0)],
    ['columns × classes', `${model.linear.columns} × ${model.linear.classes}`],
  ]
  console.log(`\n${machine}, one thread\n\n| CLINC150, test | |\n| --- | --- |`)
  for (const [name, figure] of figures) console.log(`| ${name} | ${figure} |`)
  console.log(
    `\n${JSON.stringify({
      bench: 'intent',
      machine,
      options: INTENT_OPTIONS,
      threshold: model.refusal.threshold,
      ...quality,
      trainingSeconds,
      microsecondsPerMessage,
      columns: model.linear.columns,
      must: MUST,
      pass,
    })}`,
  )
  return pass
}

function qualityOn({ test, outsideTest }: ClincData, model: IntentModel) {
  const inside = test.map(({ text, intent }) => {
    const assessment = assessText(text, model)
    return { ...assessment, correct: assessment.intent === intent }
  })
  const outside = outsideTest.map((text) => assessText(text, model))
  return intentQuality(inside, outside, model.refusal.threshold)
}

/** Mean microseconds from text to answer. */
function timeOf({ test, outsideTest }: ClincData, model: IntentModel): number {
  const texts = [...test.map(({ text }) => text), ...outsideTest]
  for (const text of texts.slice(0, WARM_UP_MESSAGES)) classifyText(text, model)
  const started = performance.now()
  for (const text of texts) classifyText(text, model)
  return ((performance.now() - started) / texts.length) * US_PER_MS
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
