import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { buildBrowserSdk } from '#sdk/browser/build.ts'
import { newestSource } from './newest-source.ts'
import { buildPasskeyPage } from './passkey-page.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const OUT = join(ROOT, 'dist/worker')
const STAMP = 'built-from.txt'
const BINDINGS = 'bindings.json'
/** What goes into the Worker. */
export const WORKER_SOURCES: readonly string[] = [
  'edge',
  'shared',
  'models',
  'sdk',
  'dev/build/passkey-page.ts',
  'dev/build/worker.ts',
  'wrangler.toml',
  'package-lock.json',
]

export interface WorkerModule {
  type: 'ESModule' | 'CompiledWasm' | 'Data' | 'Text'
  path: string
}

/** What wrangler.toml declares, as Miniflare takes it. */
type Bindings = Omit<
  ReturnType<typeof unstable_getMiniflareWorkerOptions>['workerOptions'],
  'modulesRules' | 'rootPath'
>

export interface BuiltWorker {
  /** The entry first. */
  modules: WorkerModule[]
  bindings: Bindings
}

/**
 * The production bundle, made by the same command that a deployment runs (`wrangler deploy`, stopped
 * before the upload). Built again only when a source is newer.
 */
export async function buildWorker(): Promise<BuiltWorker> {
  const newest = String(await newestSource(WORKER_SOURCES))
  if ((await readStamp()) !== newest) {
    await buildSdk()
    const built = `${OUT}.${process.pid}`
    await bundle(built)
    await writeFile(join(built, BINDINGS), JSON.stringify(await readBindings()))
    await writeFile(join(built, STAMP), newest)
    await replaceOutput(built)
  }
  const names = (await readdir(OUT)).filter(
    (name) => !/\.(map|md|json)$/.test(name) && !name.startsWith('built-'),
  )
  return {
    modules: names
      .map((name) => ({ type: typeOf(name), path: join(OUT, name) }))
      .sort(
        (a, b) => Number(b.path.endsWith('/worker.js')) - Number(a.path.endsWith('/worker.js')),
      ),
    bindings: JSON.parse(await readFile(join(OUT, BINDINGS), 'utf8')),
  }
}

/** Done when building: loading wrangler takes longer than a start of the edge does. */
async function readBindings(): Promise<Bindings> {
  const { unstable_getMiniflareWorkerOptions } = await import('wrangler')
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, 'wrangler.toml'))
  const { modulesRules: _, rootPath: __, ...bindings } = workerOptions
  return bindings
}

/** `/e.js` and `/sign-in/passkey.js`, which the Worker carries as text. */
export async function buildSdk(): Promise<void> {
  for (const folder of ['dist/sdk', 'dist/identity']) {
    await mkdir(join(ROOT, folder), { recursive: true })
  }
  const [{ script }, passkeyPage] = await Promise.all([buildBrowserSdk(), buildPasskeyPage()])
  await writeFile(join(ROOT, 'dist/sdk/e.txt'), script)
  await writeFile(join(ROOT, 'dist/identity/passkey.txt'), passkeyPage)
}

/**
 * Whole or not at all, also when two starts build at once. The old folder goes first: names carry
 * content hashes, and what an older build left would be loaded too.
 */
async function replaceOutput(built: string): Promise<void> {
  const old = `${built}.old`
  await rename(OUT, old).catch(() => undefined)
  await rename(built, OUT).catch(() => rm(built, { recursive: true, force: true }))
  await rm(old, { recursive: true, force: true })
}

async function bundle(outDir: string): Promise<void> {
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
  const args = [wrangler, 'deploy', '--dry-run', '--env', '', '--outdir', outDir]
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
    return await readFile(join(OUT, STAMP), 'utf8')
  } catch {
    return null
  }
}
