import { fileURLToPath } from 'node:url'
import * as ort from 'onnxruntime-web/wasm'
import { INPUT_NAME } from './names.ts'

ort.env.wasm.numThreads = 1
ort.env.wasm.wasmPaths = fileURLToPath(
  new URL('.', import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')).href,
)

/** Runs a file on rows in ONNX Runtime; answers the named outputs. */
export async function runOnnx(
  file: Uint8Array,
  rows: Float32Array,
  columns: number,
  names: readonly string[],
): Promise<{ dims: readonly number[]; data: Float32Array }[]> {
  const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'] })
  try {
    const input = new ort.Tensor('float32', rows, [rows.length / columns, columns])
    const outputs = await session.run({ [INPUT_NAME]: input }, [...names])
    return names.map((name) => {
      const output = outputs[name]
      if (!(output?.data instanceof Float32Array)) throw new Error(`${name} is not float32.`)
      return { dims: output.dims, data: output.data }
    })
  } finally {
    await session.release()
  }
}

/** The greatest difference of two lists; NaN on either side counts as infinite. */
export function worstGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let worst = 0
  for (let index = 0; index < a.length; index++) {
    const gap = Math.abs((a[index] ?? Number.NaN) - (b[index] ?? Number.NaN))
    if (!(gap <= worst)) worst = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap
  }
  return worst
}
