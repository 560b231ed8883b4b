import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildBrowserSdk } from '#sdk/browser/build.ts'
import { newestSource } from './newest-source.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const OUT = join(ROOT, 'dist/worker')
const STAMP = join(OUT, 'built-from.txt')
const SOURCES = ['edge', 'shared', 'models', 'sdk', 'wrangler.toml', 'package-lock.json']

export interface WorkerModule {
  type: 'ESModule' | 'CompiledWasm' | 'Data' | 'Text'
  path: string
}

/**
 * The production bundle, made by the same command that a deployment runs (`wrangler deploy`, stopped
 * before the upload), and its modules with the entry first. Built again only when a source is newer.
 */
export async function buildWorker(): Promise<WorkerModule[]> {
  const newest = String(await newestSource(SOURCES))
  if ((await readStamp()) !== newest) {
    await buildSdk()
    // Names carry content hashes: what an older build left would be loaded too.
    await rm(OUT, { recursive: true, force: true })
    await bundle()
    await writeFile(STAMP, newest)
  }
  const names = (await readdir(OUT)).filter(
    (name) => !/\.(map|md)$/.test(name) && !name.startsWith('built-'),
  )
  return names
    .map((name) => ({ type: typeOf(name), path: join(OUT, name) }))
    .sort((a, b) => Number(b.path.endsWith('/worker.js')) - Number(a.path.endsWith('/worker.js')))
}

/** `/e.js`, which the Worker carries as text. */
export async function buildSdk(): Promise<void> {
  await mkdir(join(ROOT, 'dist/sdk'), { recursive: true })
  const { script } = await buildBrowserSdk()
  await writeFile(join(ROOT, 'dist/sdk/e.txt'), script)
}

async function bundle(): Promise<void> {
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
  const args = [wrangler, 'deploy', '--dry-run', '--env', '', '--outdir', OUT]
  try {
    await promisify(execFile)(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' },
    })
  } catch (error) {
    const output =
      error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    throw new Error(`The Worker could not be built:\n${output}`)
  }
}

function typeOf(name: string): WorkerModule['type'] {
  if (name.endsWith('.wasm')) return 'CompiledWasm'
  if (name.endsWith('.onnx')) return 'Data'
  return name.endsWith('.txt') ? 'Text' : 'ESModule'
}

async function readStamp(): Promise<string | null> {
  try {
    return await readFile(STAMP, 'utf8')
  } catch {
    return null
  }
}
