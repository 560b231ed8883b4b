import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as ort from 'onnxruntime-web/wasm'
import { Client } from 'undici'
import { linearFromOnnx } from '#models/onnx/linear.ts'
import { linearMargins, sigmoid } from '#models/onnx/linear-walker.ts'
import { INPUT_NAME, PROBABILITY_OUTPUT } from '#models/onnx/names.ts'
import { treesFromOnnx } from '#models/onnx/tree-ensemble.ts'
import { walkTrees } from '#models/onnx/tree-walker.ts'
import { FEATURES } from '#shared/features/registry.ts'
import { encodeRows, type ModelValues } from '#shared/scoring/encoding.ts'
import { TrainedManifest } from '#shared/scoring/manifest.ts'
import { type Timing, timeInTurn } from './measure.ts'
import { onnxruntimeNode, type Score } from './onnxruntime-node-peer.ts'
import { randomTreeModel } from './random-trees.ts'
import { startScoreWorker } from './score-miniflare.ts'

const STARTER = new URL('../../models/starter/', import.meta.url)
const BATCH_ROWS = 64
const HTTP = { rounds: 3_000, warmUpRounds: 300, limitMs: 20_000 }
const HTTP_BATCHES = { rounds: 500, warmUpRounds: 50, limitMs: 10_000 }
const IN_PROCESS = { rounds: 5_000, warmUpRounds: 500, limitMs: 10_000 }
const WALKER = 'walker'
const TREES = '200 trees'
const NEVER: Timing = { median: Number.POSITIVE_INFINITY, p99: Number.POSITIVE_INFINITY, calls: 0 }
const LABEL_WIDTH = 44
const PARITY_ROWS = 1_000
const PARITY_TOLERANCE = 1e-5
/** What a score may add to hello world at the median, and what one with reasons may take. */
const LIMITS_MS = { withoutReasons: 0.3, withReasons: 3 }

export interface ScoreBenchResult {
  bench: 'score'
  modelVersion: string
  engine: string
  /** Microseconds. */
  http: Record<string, Timing>
  inProcess: Record<string, Timing>
  addedMs: { withoutReasons: number; withReasons: number; treesWithReasons: number }
  limitsMs: typeof LIMITS_MS
  pass: boolean
  notes: string[]
}

type TreeModel = ReturnType<typeof randomTreeModel>

/** Rows of plausible values, a fifth of them missing; always the same. */
function sampleRows(count: number): ModelValues[] {
  let state = 42
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return Array.from({ length: count }, () =>
    Object.fromEntries(
      FEATURES.map((feature) => {
        if (next() < 0.2) return [feature.name, null]
        if (feature.type === 'number') return [feature.name, Math.floor(next() * 12)]
        if (feature.type === 'boolean') return [feature.name, next() < 0.5]
        return [feature.name, feature.levels[Math.floor(next() * feature.levels.length)] ?? null]
      }),
    ),
  )
}

async function timeHttp(rows: readonly ModelValues[], trees: TreeModel) {
  const miniflare = await startScoreWorker(trees)
  const client = new Client(await miniflare.ready)
  const call = async (path: string, body?: string): Promise<string> => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const method = body === undefined ? 'GET' : 'POST'
    const response = await client.request({ path, method, headers, body: body ?? null })
    const text = await response.body.text()
    if (response.statusCode === 200) return text
    throw new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 200)}`)
  }
  try {
    const one = (reasons: boolean) => JSON.stringify({ features: rows[0], reasons })
    const batch = (reasons: boolean) => JSON.stringify({ rows: rows.slice(0, BATCH_ROWS), reasons })
    const bodies = { one: one(false), why: one(true), many: batch(false), manyWhy: batch(true) }
    const answer: unknown = JSON.parse(await call('/v1/score', bodies.why))
    const single = await timeInTurn(
      {
        hello: () => call('/hello'),
        'hello, reading the same body': () => call('/hello', bodies.one),
        'score, 1 row': () => call('/v1/score', bodies.one),
        'score with reasons, 1 row': () => call('/v1/score', bodies.why),
        [`${TREES}, 1 row`]: () => call('/trees/v1/score', bodies.one),
        [`${TREES} with reasons, 1 row`]: () => call('/trees/v1/score', bodies.why),
      },
      HTTP,
    )
    // Apart from the single rows: a batch leaves garbage behind that the next call would pay for.
    const batches = await timeInTurn(
      {
        [`score, ${BATCH_ROWS} rows`]: () => call('/batch', bodies.many),
        [`score with reasons, ${BATCH_ROWS} rows`]: () => call('/batch', bodies.manyWhy),
        [`${TREES}, ${BATCH_ROWS} rows`]: () => call('/trees/batch', bodies.many),
      },
      HTTP_BATCHES,
    )
    const timings = { ...single, ...batches }
    const engine =
      typeof answer === 'object' && answer !== null && 'engine' in answer
        ? String(answer.engine)
        : 'unknown'
    return { timings, engine }
  } finally {
    await client.close()
    await miniflare.dispose()
  }
}

async function onnxruntimeWeb(model: Uint8Array): Promise<Score> {
  const wasm = import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')
  ort.env.wasm.numThreads = 1
  ort.env.wasm.wasmPaths = fileURLToPath(new URL('.', wasm))
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] })
  return async (rows, count) => {
    const tensor = new ort.Tensor('float32', rows, [count, rows.length / count])
    const outputs = await session.run({ [INPUT_NAME]: tensor }, [PROBABILITY_OUTPUT])
    const data = outputs[PROBABILITY_OUTPUT]?.data
    return data instanceof Float32Array ? data : []
  }
}

async function timeInProcess(
  what: string,
  onnx: Uint8Array,
  walk: (rows: Float32Array) => ArrayLike<number>,
  encoded: Float32Array<ArrayBuffer>,
  width: number,
) {
  const notes: string[] = []
  const engines = new Map<string, Score>([
    [WALKER, async (rows) => walk(rows)],
    ['onnxruntime-web in node', await onnxruntimeWeb(onnx)],
  ])
  const native = await onnxruntimeNode(onnx)
  if (native.kind === 'ready') engines.set('onnxruntime-node', native.score)
  else notes.push(native.reason)

  const all = encoded.subarray(0, PARITY_ROWS * width)
  const expected = Array.from(walk(all))
  for (const [name, score] of engines) {
    if (name === WALKER) continue
    const got = await score(all, PARITY_ROWS)
    const worst = expected.reduce((gap, p, row) => Math.max(gap, Math.abs(p - (got[row] ?? 9))), 0)
    notes.push(`${what}: ${name} differs from the walker by at most ${worst.toExponential(1)}.`)
    if (worst > PARITY_TOLERANCE) throw new Error(`${name} gives other scores than the walker.`)
  }
  const one = encoded.slice(0, width)
  const many = encoded.slice(0, BATCH_ROWS * width)
  const calls = Object.fromEntries(
    Array.from(engines).flatMap(([name, score]) => [
      [`${what}: ${name}, 1 row`, () => score(one, 1)],
      [`${what}: ${name}, ${BATCH_ROWS} rows`, () => score(many, BATCH_ROWS)],
    ]),
  )
  return { timings: await timeInTurn(calls, IN_PROCESS), notes }
}

function print({ http, inProcess, ...result }: ScoreBenchResult): void {
  const hello = http.hello?.median ?? Number.NaN
  const line = (name: string, { median, p99 }: Timing): string =>
    [
      name.padEnd(LABEL_WIDTH),
      median.toFixed(1).padStart(10),
      p99.toFixed(1).padStart(10),
      (median / hello).toFixed(3).padStart(10),
    ].join('')
  const head = ['', 'median µs', 'p99 µs', '× hello']
  console.log(
    head
      .map((cell, index) => (index === 0 ? cell.padEnd(LABEL_WIDTH) : cell.padStart(10)))
      .join(''),
  )
  console.log(`workerd through Miniflare, one connection, one request at a time (${result.engine})`)
  for (const [name, timing] of Object.entries(http)) console.log(line(`  ${name}`, timing))
  console.log('the model alone, in node')
  for (const [name, timing] of Object.entries(inProcess)) console.log(line(`  ${name}`, timing))
  for (const note of result.notes) console.log(note)
  const { addedMs, limitsMs } = result
  console.log(
    `A score adds ${addedMs.withoutReasons.toFixed(3)} ms to hello (limit ${limitsMs.withoutReasons}), with reasons ${addedMs.withReasons.toFixed(3)} ms, ${TREES} with reasons ${addedMs.treesWithReasons.toFixed(3)} ms (limit ${limitsMs.withReasons}): ${result.pass ? 'pass' : 'FAIL'}`,
  )
}

/**
 * Times the shipped model through the real route in workerd beside hello world through the same
 * Miniflare, and the same model in raw runtimes. Prints one table and one JSON line; at most about
 * a minute, of which the first run may take 40 s to fetch onnxruntime-node.
 */
export async function benchScore(): Promise<ScoreBenchResult> {
  const manifest = TrainedManifest.parse(
    JSON.parse(await readFile(new URL('manifest.json', STARTER), 'utf8')),
  )
  const onnx = await readFile(new URL('lead-score.onnx', STARTER))
  const rows = sampleRows(PARITY_ROWS)
  const trees = randomTreeModel(manifest)
  const { timings: http, engine } = await timeHttp(rows, trees)
  const encoded = encodeRows(manifest.columns, rows)
  const width = manifest.columns.length
  const linear = linearFromOnnx(onnx)
  const ofShipped = await timeInProcess(
    'shipped',
    onnx,
    (asked) => linearMargins(linear, asked).map(sigmoid),
    encoded,
    width,
  )
  const read = treesFromOnnx(trees.onnx)
  const ofTrees = await timeInProcess(
    TREES,
    trees.onnx,
    (asked) => walkTrees(read, asked),
    encoded,
    width,
  )
  const added = (timing: Timing): number => (timing.median - http.hello.median) / 1000
  const addedMs = {
    withoutReasons: added(http['score, 1 row']),
    withReasons: added(http['score with reasons, 1 row']),
    treesWithReasons: added(http[`${TREES} with reasons, 1 row`] ?? NEVER),
  }
  const result: ScoreBenchResult = {
    bench: 'score',
    modelVersion: manifest.version,
    engine,
    http,
    inProcess: { ...ofShipped.timings, ...ofTrees.timings },
    addedMs,
    limitsMs: LIMITS_MS,
    pass:
      addedMs.withoutReasons <= LIMITS_MS.withoutReasons &&
      addedMs.withReasons <= LIMITS_MS.withReasons &&
      addedMs.treesWithReasons <= LIMITS_MS.withReasons,
    notes: [...ofShipped.notes, ...ofTrees.notes],
  }
  print(result)
  console.log(JSON.stringify(result))
  return result
}

if (import.meta.main) process.exitCode = (await benchScore()).pass ? 0 : 1
