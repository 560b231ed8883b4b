import * as ort from 'onnxruntime-web/wasm'

/** A loaded model. Rows go in as float32 [count × columns], one probability a row comes out. */
export interface OnnxSession {
  run(rows: Float32Array<ArrayBuffer>, count: number): Promise<Float32Array>
  /** Frees the model; running it afterwards fails. */
  release(): Promise<void>
}

type RuntimeState =
  | { kind: 'cold' }
  | { kind: 'starting' }
  | { kind: 'ready' }
  /** Final for this isolate: ONNX Runtime repeats its first start's error for ever. */
  | { kind: 'failed'; reason: string; next: string }

export type OnnxRuntimeErrorKind = 'start_failed' | 'model_refused'

/** ONNX Runtime cannot start in this isolate (`start_failed`), or not run this model. */
export class OnnxRuntimeError extends Error {
  override readonly name = 'OnnxRuntimeError'
  readonly kind: OnnxRuntimeErrorKind
  readonly next: string

  constructor(kind: OnnxRuntimeErrorKind, reason: string, cause: unknown) {
    super(reason, { cause })
    this.kind = kind
    this.next =
      kind === 'start_failed'
        ? 'Scores come from the plain walker until this isolate is replaced; check the Worker logs.'
        : 'Check the model file; other models are not affected.'
  }
}

export interface OnnxRuntime {
  state(): RuntimeState
  /**
   * Loads a model whose graph has the named input and output.
   * @throws OnnxRuntimeError
   */
  open(model: Uint8Array, names: { input: string; output: string }): Promise<OnnxSession>
  /**
   * Waits for work that needs the start, but not for ever: a start that hangs (Emscripten does not
   * report every failure) is given up as failed. Each caller brings its own timer, because a timer
   * of a cancelled request never fires for the others.
   * @throws OnnxRuntimeError `start_failed`
   */
  whileStarting<T>(work: Promise<T>): Promise<T>
}

/** Long enough for a slow machine to instantiate 14 MB; short enough for a person to wait. */
const START_TIMEOUT_MS = 3_000

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** How ONNX Runtime names a start that failed, as against a model that it refuses. */
const START_FAILURE = /no available backend found/

/**
 * Lets `start` run while ONNX Runtime's own call of WebAssembly.instantiate gets the module that
 * was compiled at deployment: Workers refuse to compile bytes. Only the call that carries the
 * placeholder is answered so, because other WebAssembly may start meanwhile.
 */
async function withCompiledModule<T>(
  wasm: WebAssembly.Module,
  placeholder: ArrayBuffer,
  start: () => Promise<T>,
): Promise<T> {
  const original = WebAssembly.instantiate
  const isPlaceholder = (source: unknown): boolean =>
    ArrayBuffer.isView(source) ? source.buffer === placeholder : source === placeholder
  const intercepted = async (source: WebAssembly.Module, imports?: WebAssembly.Imports) =>
    isPlaceholder(source)
      ? { module: wasm, instance: new WebAssembly.Instance(wasm, imports) }
      : original(source, imports)
  Object.assign(WebAssembly, { instantiate: intercepted })
  try {
    return await start()
  } finally {
    Object.assign(WebAssembly, { instantiate: original })
  }
}

/**
 * ONNX Runtime for this isolate; its settings are global, so an isolate needs exactly one. The first
 * `open` starts it (about 200 ms), concurrent ones wait for that start, later ones go straight on.
 * @param wasm onnxruntime-web's `ort-wasm-simd-threaded.wasm`, compiled.
 */
export function createOnnxRuntime(
  wasm: WebAssembly.Module,
  startTimeoutMs = START_TIMEOUT_MS,
): OnnxRuntime {
  let state: RuntimeState = { kind: 'cold' }
  let firstStart: Promise<unknown> = Promise.resolve()

  const create = (model: Uint8Array): Promise<ort.InferenceSession> =>
    ort.InferenceSession.create(model, { executionProviders: ['wasm'] })

  const start = (model: Uint8Array): Promise<ort.InferenceSession> => {
    const placeholder = new ArrayBuffer(8)
    Object.assign(ort.env.wasm, { numThreads: 1, proxy: false, wasmBinary: placeholder })
    state = { kind: 'starting' }
    const created = withCompiledModule(wasm, placeholder, () => create(model))
    firstStart = created.catch(() => undefined)
    return created
  }

  const load = async (model: Uint8Array): Promise<ort.InferenceSession> => {
    if (state.kind === 'cold') return start(model)
    if (state.kind === 'starting') await firstStart
    return create(model)
  }

  const startFailed = (reason: string, cause: unknown): OnnxRuntimeError => {
    const text = `ONNX Runtime could not start: ${reason}`
    const failure = new OnnxRuntimeError('start_failed', text, cause)
    state = { kind: 'failed', reason: text, next: failure.next }
    return failure
  }

  const failureOf = (error: unknown): OnnxRuntimeError => {
    const reason = reasonOf(error)
    if (START_FAILURE.test(reason)) return startFailed(reason, error)
    // The runtime itself came up, or it could not have judged the model.
    state = { kind: 'ready' }
    return new OnnxRuntimeError('model_refused', `The model was refused: ${reason}`, error)
  }

  return {
    state: () => state,
    async open(model, { input, output }) {
      if (state.kind === 'failed') throw new OnnxRuntimeError('start_failed', state.reason, null)
      const session = await load(model).catch((error: unknown) => {
        throw failureOf(error)
      })
      state = { kind: 'ready' }
      return {
        async run(rows, count) {
          const feeds = { [input]: new ort.Tensor('float32', rows, [count, rows.length / count]) }
          const outputs = await session.run(feeds, [output])
          const data = outputs[output]?.data
          if (data instanceof Float32Array && data.length === count) return data
          throw new OnnxRuntimeError(
            'model_refused',
            `The model's output ${output} is not one float32 a row.`,
            null,
          )
        },
        release: () => session.release(),
      }
    },
    async whileStarting(work) {
      const expiry = Promise.withResolvers<never>()
      const giveUp = () =>
        expiry.reject(startFailed(`no answer within ${startTimeoutMs} ms`, undefined))
      const timer = setTimeout(giveUp, startTimeoutMs)
      try {
        return await Promise.race([work, expiry.promise])
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
