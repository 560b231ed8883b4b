import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { IntentExamples, LabelledText } from '#models/intent/examples.ts'

const Pairs = z.array(z.tuple([z.string(), z.string()]))

/** `data_full.json` of CLINC150 (Larson et al. 2019): six lists of [text, intent]. */
const Clinc = z.object({
  train: Pairs,
  val: Pairs,
  test: Pairs,
  oos_train: Pairs,
  oos_val: Pairs,
  oos_test: Pairs,
})

export interface ClincData {
  examples: IntentExamples
  test: LabelledText[]
  outsideTest: string[]
}

/** @throws Error with the first thing that is not as CLINC150 has it */
export async function readClinc(file: string): Promise<ClincData> {
  const parsed = Clinc.safeParse(JSON.parse(await readFile(file, 'utf8')))
  if (!parsed.success) {
    throw new Error(
      `${file} is not CLINC150's data_full.json. ${z.prettifyError(parsed.error)} Get the file from github.com/clinc/oos-eval.`,
    )
  }
  const { train, val, test, oos_train, oos_val, oos_test } = parsed.data
  return {
    examples: {
      train: labelled(train),
      outsideTrain: texts(oos_train),
      validation: labelled(val),
      outsideValidation: texts(oos_val),
    },
    test: labelled(test),
    outsideTest: texts(oos_test),
  }
}

function labelled(pairs: readonly (readonly [string, string])[]): LabelledText[] {
  return pairs.map(([text, intent]) => ({ text, intent }))
}

function texts(pairs: readonly (readonly [string, string])[]): string[] {
  return pairs.map(([text]) => text)
}
