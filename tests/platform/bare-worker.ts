import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { loadMiniflare } from '#dev/platform/miniflare.ts'

export interface BareWorker {
  url: string
  /** What the Worker wrote to its log. */
  log(): string
  stop(): Promise<void>
}

/** A small Worker of its own in workerd, bundled from a file of edge/, where no whole platform is needed. */
export async function startBareWorker(
  entry: string,
  bindings: Record<string, string>,
): Promise<BareWorker> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../${entry}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['cloudflare:*', 'node:*'],
  })
  const { Miniflare } = loadMiniflare()
  let log = ''
  const miniflare = new Miniflare({
    name: 'bare',
    modules: [{ type: 'ESModule', path: 'bare.js', contents: outputFiles[0]?.text ?? '' }],
    compatibilityDate: '2026-07-30',
    compatibilityFlags: ['nodejs_compat'],
    bindings,
    cf: {},
    handleRuntimeStdio(out: Readable, err: Readable) {
      for (const stream of [out, err]) {
        stream.on('data', (chunk: Buffer) => {
          log += String(chunk)
        })
      }
    },
  })
  const { origin } = await miniflare.ready
  return { url: origin, log: () => log, stop: () => miniflare.dispose() }
}
