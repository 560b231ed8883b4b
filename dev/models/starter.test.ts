import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cardMarkdown, ModelCard } from '#models/card/card.ts'
import { decodeOnnx } from '#models/onnx/decode.ts'
import { FEATURE_HASH } from '#shared/features/registry.ts'
import { TrainedManifest } from '#shared/scoring/manifest.ts'
import { trainStarter } from './starter.ts'

const shipped = (name: string): Buffer =>
  readFileSync(new URL(`../../models/starter/${name}`, import.meta.url))
const RETRAIN = 'run node dev/models/train-starter.ts and commit models/starter'

describe('the model that ships', () => {
  test('training again gives the shipped files, byte for byte', { timeout: 60_000 }, () => {
    const { onnx, manifest, card } = trainStarter()
    expect(shipped('lead-score.onnx').equals(onnx), RETRAIN).toBe(true)
    expect(JSON.parse(shipped('manifest.json').toString())).toEqual(manifest)
    expect(JSON.parse(shipped('card.json').toString())).toEqual(card)
    expect(shipped('card.md').toString()).toBe(cardMarkdown(card))
  })

  test('it fits the feature registry and says that it is not calibrated', () => {
    const manifest = TrainedManifest.parse(JSON.parse(shipped('manifest.json').toString()))
    expect(manifest.featureHash, RETRAIN).toBe(FEATURE_HASH)
    expect(manifest.calibrated).toBe(false)
    expect(decodeOnnx(shipped('lead-score.onnx')).metadata).toMatchObject({
      model_version: manifest.version,
      feature_hash: FEATURE_HASH,
      calibrated: 'false',
    })
  })

  test('on later rows it ranks well and its probabilities are right on average', () => {
    const card = ModelCard.parse(JSON.parse(shipped('card.json').toString()))
    expect(card.trainedOn.to).toBeLessThan(card.testedOn.from)
    expect(card.metrics.auc).toBeGreaterThan(0.8)
    expect(card.metrics.logLoss).toBeLessThan(card.baseline.logLoss * 0.85)
    expect(card.metrics.ece).toBeLessThan(0.02)
    expect(card.metrics.topDecileLift).toBeGreaterThan(3)
  })
})
