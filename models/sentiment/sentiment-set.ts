import type { Families } from '../messages/families.ts'

export interface SentimentMessage {
  text: string
  sentiment: string
  /** Messages of one family are not independent. */
  family: number
}

export interface SentimentSet {
  train: readonly SentimentMessage[]
  /** For the temperature. */
  validation: readonly SentimentMessage[]
  /** Decides nothing. */
  test: readonly SentimentMessage[]
}

/** @param files families by sentiment */
export function sentimentSetOf(files: ReadonlyMap<string, Families>): SentimentSet {
  const messages = (part: keyof SentimentSet): SentimentMessage[] =>
    Array.from(files)
      .flatMap(([sentiment, families]) => families[part].map((texts) => ({ sentiment, texts })))
      .flatMap(({ sentiment, texts }, family) => texts.map((text) => ({ text, sentiment, family })))
  return { train: messages('train'), validation: messages('validation'), test: messages('test') }
}
