import { describe, expect, test } from 'vitest'
import {
  file,
  floatOutput,
  floats,
  integers,
  lightgbm,
  matrixInput,
  op,
  sklearnPipeline,
} from '#models/onnx/foreign/converters.fixture.ts'
import { FEATURE_HASH } from '#shared/features/registry.ts'
import { ImportedManifest, ModelManifest } from '#shared/scoring/manifest.ts'
import { randomEnsemble } from '#shared/trees/tree-ensemble.arbitrary.ts'
import { absentRuntime } from '../../absent-runtime.fixture.ts'
import { answering, NOTHING_KNOWN, sha256 } from '../../imported.fixture.ts'
import { ModelError } from '../../model-error.ts'
import { sentTrees } from '../../sent-trees.fixture.ts'
import { type ImportDeps, importModel, LEAST_VISITORS } from './import-model.ts'
import type { SentModel } from './sent-model.ts'

const NOW = Date.UTC(2026, 10, 1)
const ready = { ...absentRuntime(''), state: () => ({ kind: 'ready' as const }) }
const deps: ImportDeps = {
  runtime: ready,
  scorerOf: () => answering(() => 0.5),
  recentFeatures: async () => [],
  now: () => NOW,
}
const sent = sentTrees('of-others')
/** Whoever asks for a scorer would run the file. */
const neverRun: ImportDeps = {
  ...deps,
  scorerOf: () => {
    throw new Error('A file that was not accepted must not run.')
  },
}

async function imported(given: Partial<SentModel> = {}, changed: Partial<ImportDeps> = {}) {
  const verdict = await importModel({ ...sent, ...given }, { ...deps, ...changed })
  if (verdict.kind === 'refused') throw new Error(`${verdict.reason} ${verdict.next}`)
  return verdict.model
}

describe('a model of another toolkit', () => {
  test('gets a manifest that says what is known and null for the rest', async () => {
    const { manifest, onnx } = await imported()
    expect(ModelManifest.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest)
    expect(manifest).toMatchObject({
      format: 1,
      version: 'of-others',
      algorithm: 'imported',
      featureHash: FEATURE_HASH,
      onnxSha256: sha256(onnx),
      base: null,
      trainedOn: null,
      testedOn: null,
      metrics: null,
      calibrated: false,
      columns: [
        { feature: 'pricing_views_7d', encoding: { kind: 'number', transform: 'identity' } },
        { feature: 'sessions_30d', encoding: { kind: 'number', transform: 'log1p' } },
        { feature: 'has_company_email', encoding: { kind: 'boolean' } },
        { feature: 'industry', encoding: { kind: 'level', level: 'software' } },
      ],
      imported: {
        at: NOW,
        sentSha256: sha256(sent.onnx),
        operators: ['ai.onnx.ml.TreeEnsembleClassifier'],
        nodes: 30 * 15,
      },
    })
  })

  test('sent again it is the same file, so that it is known', async () => {
    expect((await imported()).onnx).toEqual((await imported()).onnx)
  })

  test('what its sender states is kept as stated', async () => {
    const trainedOn = { from: 1, to: 2, rows: 900, converted: 80 }
    const { manifest } = await imported({ trainedOn, metrics: { auc: 0.81 } })
    expect(manifest.trainedOn).toEqual({ ...trainedOn, source: 'as its sender states', l2: null })
    expect(manifest.metrics).toEqual({ auc: 0.81 })
  })

  test('named inputs get their columns in whatever order they are listed', async () => {
    const names = ['employees', 'pageviews_7d']
    const pipeline = sklearnPipeline({
      names,
      impute: [50, 1],
      offset: [0, 0],
      scale: [1, 1],
      weights: [0.1, 0.2],
      bias: -1,
    })
    const features = ['pageviews_7d', 'sessions_30d', 'employees']
    const { manifest } = await imported({ onnx: file(pipeline), features })
    expect(manifest.columns.map(({ feature }) => feature)).toEqual(['pageviews_7d', 'employees'])
  })
})

describe('points and grades of an imported model', () => {
  const visitors = (count: number) => Array.from({ length: count }, () => NOTHING_KNOWN)

  test('come from recent visitors where there are enough', async () => {
    const { manifest } = await imported(
      {},
      {
        recentFeatures: async () => visitors(LEAST_VISITORS + 1),
        // The first row is the visitor of whom nothing is known.
        scorerOf: () => answering((_, index) => (index === 0 ? 0.99 : (index - 1) / 1_000)),
      },
    )
    expect(manifest.imported.scale).toEqual({ kind: 'visitors', visitors: LEAST_VISITORS + 1 })
    expect(manifest.pointKnots).toEqual(Array.from({ length: 101 }, (_, n) => n / 1_000))
    expect(manifest.grades).toEqual({ A: 0.09, B: 0.07, C: 0.04 })
  })

  test('are an even spread where there are too few, or where ONNX Runtime cannot start', async () => {
    const few = await imported({}, { recentFeatures: async () => visitors(LEAST_VISITORS - 1) })
    const absent = await imported(
      {},
      {
        recentFeatures: async () => visitors(200),
        runtime: absentRuntime('not in this test'),
        scorerOf: () => ({
          ...answering(() => 0),
          score: () => Promise.reject(new ModelError('no_score', 'not in this test')),
        }),
      },
    )
    for (const { manifest } of [few, absent]) {
      expect(manifest.imported.scale).toEqual({ kind: 'even' })
      expect(manifest.grades).toEqual({ A: 0.9, B: 0.7, C: 0.4 })
    }
  })
})

describe('a file that cannot be served', () => {
  const ensemble = randomEnsemble({ columns: 4, leaves: 4, trees: 2, spread: 0.4, seed: 1 })
  const { onnx: whole } = sent
  const graph = (nodes: ReturnType<typeof op>[]) =>
    file({
      nodes,
      inputs: [matrixInput(4)],
      outputs: [floatOutput('probability', 1)],
      initializers: [
        floats('weights', [4, 1], [0.1, 0.2, 0.3, 0.4]),
        floats('bias', [1], [0]),
        integers('one', [1], [1]),
      ],
    })
  test.each<[string, Partial<SentModel>, RegExp]>([
    [
      'an operator with a graph within',
      { onnx: graph([op('Loop', ['X'], ['probability'])]) },
      /uses Loop, which is not served/,
    ],
    [
      'an operator that is not on the list',
      { onnx: graph([op('LSTM', ['X'], ['probability'])]) },
      /uses LSTM/,
    ],
    [
      'a raw score',
      { onnx: graph([op('Gemm', ['X', 'weights', 'bias'], ['probability'])]) },
      /it is no probability/,
    ],
    [
      'no score where a value is missing',
      {
        onnx: graph([
          op('Gemm', ['X', 'weights', 'bias'], ['margin']),
          op('Sigmoid', ['margin'], ['probability']),
        ]),
      },
      /no score where a value is missing/,
    ],
    ['columns that are not listed', { features: ['sessions_30d'] }, /4 columns, and 1 features/],
    ['a column that is no feature', { features: ['a', 'b', 'c', 'd'] }, /a is no feature/],
    ['bytes cut off', { onnx: whole.slice(0, -20) }, /./],
    ['no ONNX file', { onnx: new Uint8Array(Buffer.from('{"model": 1}')) }, /./],
    [
      'trees that ask for a column beyond',
      {
        onnx: file(
          lightgbm({
            ...ensemble,
            columns: 4,
            trees: ensemble.trees.map((tree) => ({
              ...tree,
              features: tree.features.map(() => 9),
            })),
          }),
        ),
      },
      /column/,
    ],
  ])(
    '%s: is refused with the reason and what to do, and is not run',
    async (_what, given, reason) => {
      expect(await importModel({ ...sent, ...given }, neverRun)).toEqual({
        kind: 'refused',
        reason: expect.stringMatching(reason),
        next: expect.stringMatching(/^[A-Z].*\.$/),
      })
    },
  )

  test('one that ONNX Runtime does not load after all is refused too', async () => {
    const verdict = await importModel(sent, {
      ...deps,
      scorerOf: () => ({
        ...answering(() => 0),
        score: () => Promise.reject(new ModelError('no_score', 'It was refused.')),
      }),
    })
    expect(verdict).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('It was refused'),
    })
  })
})

test('manifests of models that were trained here are as before, and an import is no such model', async () => {
  const { manifest } = await imported()
  expect(
    ImportedManifest.safeParse({ ...manifest, algorithm: 'logistic-regression' }).success,
  ).toBe(false)
  expect(ModelManifest.safeParse({ ...manifest, algorithm: 'logistic-regression' }).success).toBe(
    false,
  )
})
