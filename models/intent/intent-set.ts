import { OUT_OF_SCOPE } from '#shared/text/correction.ts'
import type { Families, Family, Part } from '../messages/families.ts'
import type { IntentExamples, LabelledText } from './examples.ts'

/** A test message with the number of its family: messages of one family are not independent. */
export interface TestMessage {
  text: string
  family: number
}

/** Examples to train on, and a test part that no training and no choice may see. */
export interface IntentSet extends IntentExamples {
  test: readonly (LabelledText & TestMessage)[]
  outsideTest: readonly TestMessage[]
}

/** @param files families by intent, and of {@link OUT_OF_SCOPE} */
export function intentSetOf(files: ReadonlyMap<string, Families>): IntentSet {
  const outside = (part: Part): readonly Family[] => files.get(OUT_OF_SCOPE)?.[part] ?? []
  const inside = (part: Part) =>
    Array.from(files)
      .filter(([intent]) => intent !== OUT_OF_SCOPE)
      .flatMap(([intent, families]) => families[part].map((texts) => ({ intent, texts })))
  const labelled = (part: Part): LabelledText[] =>
    inside(part).flatMap(({ intent, texts }) => texts.map((text) => ({ text, intent })))
  return {
    train: labelled('train'),
    outsideTrain: outside('train').flat(),
    validation: labelled('validation'),
    outsideValidation: outside('validation').flat(),
    test: inside('test').flatMap(({ intent, texts }, family) =>
      texts.map((text) => ({ text, intent, family })),
    ),
    outsideTest: outside('test').flatMap((texts, family) =>
      texts.map((text) => ({ text, family })),
    ),
  }
}
