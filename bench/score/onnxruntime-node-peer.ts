import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { INPUT_NAME, PROBABILITY_OUTPUT } from '#models/onnx/names.ts'

const PACKAGE = 'onnxruntime-node@1.30.0'
const INSTALL_TIMEOUT_MS = 40_000

export type Score = (rows: Float32Array<ArrayBuffer>, count: number) => Promise<ArrayLike<number>>
export type Peer = { kind: 'ready'; score: Score } | { kind: 'absent'; reason: string }

/** What this benchmark uses of the package, which is no dependency of ours and so has no types here. */
interface Runtime {
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => object
  InferenceSession: {
    create(model: Uint8Array): Promise<{
      run(
        feeds: Record<string, object>,
        outputs: readonly string[],
      ): Promise<Record<string, { data: Float32Array }>>
    }>
  }
}

/**
 * Installs into a folder of the system's temporary files, where a second run finds it again. Without
 * install scripts: they would download GPU libraries, and the CPU library is in the package.
 */
function install(folder: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const npm = spawn(
    'npm',
    [
      'install',
      '--ignore-scripts',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--prefix',
      folder,
      PACKAGE,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], timeout: INSTALL_TIMEOUT_MS },
  )
  let complaint = ''
  npm.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  npm.on('error', reject)
  npm.on('close', (code) => {
    if (code === 0) resolve()
    else
      reject(new Error(`npm install ended with ${code ?? 'a timeout'}: ${complaint.slice(-300)}`))
  })
  return promise
}

/** The native runtime on the same model, or why it could not be had. */
export async function onnxruntimeNode(model: Uint8Array): Promise<Peer> {
  const folder = join(tmpdir(), 'edgewise-bench', PACKAGE.replace('@', '-'))
  const load = (): Runtime => createRequire(join(folder, 'package.json'))('onnxruntime-node')
  try {
    const runtime = await (async (): Promise<Runtime> => {
      try {
        return load()
      } catch {
        await install(folder)
        return load()
      }
    })()
    const session = await runtime.InferenceSession.create(model)
    const score: Score = async (rows, count) => {
      const tensor = new runtime.Tensor('float32', rows, [count, rows.length / count])
      const outputs = await session.run({ [INPUT_NAME]: tensor }, [PROBABILITY_OUTPUT])
      return outputs[PROBABILITY_OUTPUT]?.data ?? []
    }
    return { kind: 'ready', score }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { kind: 'absent', reason: `${PACKAGE} could not be had from npm: ${reason}` }
  }
}
