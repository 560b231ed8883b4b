import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import type { TrainedManifest } from '#shared/scoring/manifest.ts'

const ENTRY = fileURLToPath(new URL('score-worker.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const MODULE_TYPES = { '.wasm': 'CompiledWasm', '.onnx': 'Data' } as const

/** Starts the bench Worker in workerd, with trees beside the shipped model; the caller disposes of it. */
export async function startScoreWorker(trees: {
  manifest: TrainedManifest
  onnx: Uint8Array<ArrayBuffer>
}): Promise<Miniflare> {
  const binaries = new Map<string, string>()
  const built = await build({
    entryPoints: [ENTRY],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2024',
    mainFields: ['module', 'main'],
    external: ['node:*', 'module', 'worker_threads', 'fs', 'path', 'url', 'os', 'perf_hooks'],
    logLevel: 'error',
    plugins: [
      {
        name: 'binary-modules',
        setup({ onResolve, resolve }) {
          onResolve({ filter: /\.(wasm|onnx)$/ }, async ({ path, pluginData, ...options }) => {
            if (pluginData === 'resolved') return undefined
            const found = await resolve(path, { ...options, pluginData: 'resolved' })
            binaries.set(basename(found.path), found.path)
            return { path: `./${basename(found.path)}`, external: true }
          })
        },
      },
    ],
  })
  const files = await Promise.all(
    Array.from(binaries, async ([name, path]) => ({
      type: name.endsWith('.wasm') ? MODULE_TYPES['.wasm'] : MODULE_TYPES['.onnx'],
      path: `/${name}`,
      contents: await readFile(path),
    })),
  )
  const script = built.outputFiles[0]?.text ?? ''
  const miniflare = new Miniflare({
    compatibilityDate: '2026-07-30',
    compatibilityFlags: ['nodejs_compat'],
    host: '127.0.0.1',
    port: 0,
    modulesRoot: '/',
    dataBlobBindings: { TREES_ONNX: trees.onnx },
    bindings: { TREES_MANIFEST: trees.manifest },
    modules: [{ type: 'ESModule', path: '/worker.js', contents: script }, ...files],
  })
  await miniflare.ready
  return miniflare
}
