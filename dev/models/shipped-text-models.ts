import { fileURLToPath } from 'node:url'
import { intentCardMarkdown } from '#models/card/intent-card.ts'
import { sentimentCardMarkdown } from '#models/card/sentiment-card.ts'
import { trainMarketingIntent } from './intent.ts'
import { trainShippedSentiment } from './sentiment.ts'

/** A shipped model as the files of its folder hold it. */
export interface ShippedTextModel {
  folder: string
  onnxName: string
  onnx: Uint8Array
  manifest: { version: string }
  card: { version: string }
  cardMarkdown: string
}

/** Trains the shipped models of texts; always the same. */
export function trainTextModels(): ShippedTextModel[] {
  const intent = trainMarketingIntent()
  const sentiment = trainShippedSentiment()
  return [
    {
      ...intent,
      folder: fileURLToPath(new URL('../../models/intent/shipped/', import.meta.url)),
      onnxName: 'marketing-intent.onnx',
      cardMarkdown: intentCardMarkdown(intent.card),
    },
    {
      ...sentiment,
      folder: fileURLToPath(new URL('../../models/sentiment/shipped/', import.meta.url)),
      onnxName: 'sentiment.onnx',
      cardMarkdown: sentimentCardMarkdown(sentiment.card),
    },
  ]
}
