import { spawn } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildRenderer } from '#dev/build/renderer.ts'
import { buildSdk, buildWorker } from '#dev/build/worker.ts'

/**
 * Everything a reviewer would ask for, in the order in which it is cheapest to fail: format, lint and
 * import arrows; types; dead code; the build; unit tests; tests in workerd; tests of the running
 * platform. Counts come from the runners' own reports.
 */
const ROOT = fileURLToPath(new URL('../', import.meta.url))
const RESULTS = join(ROOT, '.test-results')

/** Tests that may be skipped, by full name; there are none. */
const EXPECTED_SKIPS = new Set<string>()

interface Tally {
  passed: number
  failed: number
  skipped: number
}

let total: Tally = { passed: 0, failed: 0, skipped: 0 }

function added(one: Tally, other: Tally): Tally {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  }
}

/** @param shown `at the end` keeps what two commands print at the same time apart */
function run(
  name: string,
  args: readonly string[],
  shown: 'at once' | 'at the end' = 'at once',
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(join(ROOT, 'node_modules/.bin', name), args, {
      cwd: ROOT,
      stdio: [
        'inherit',
        ...(shown === 'at once' ? (['inherit', 'inherit'] as const) : (['pipe', 'pipe'] as const)),
      ],
    })
    const printed: Buffer[] = []
    child.stdout?.on('data', (bytes: Buffer) => printed.push(bytes))
    child.stderr?.on('data', (bytes: Buffer) => printed.push(bytes))
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(printed))
      resolve(code ?? 1)
    })
  })
}

async function timed(what: string, work: () => Promise<Tally>): Promise<void> {
  const started = performance.now()
  console.log(`\n── ${what}`)
  const tally = await work()
  const { failed } = tally
  total = added(total, tally)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`── ${what}: ${failed === 0 ? 'ok' : `${failed} failed`} (${seconds} s)`)
}

/** A command that says yes or no counts as one check. */
async function check(what: string, name: string, args: readonly string[]): Promise<void> {
  await timed(what, async () => tallyOf((await run(name, args)) === 0))
}

function tallyOf(ok: boolean): Tally {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
}

interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  success: boolean
  testResults: { assertionResults: { fullName: string; status: string }[] }[]
}

async function vitest(...projects: readonly string[]): Promise<void> {
  const shown = projects.length === 1 ? 'at once' : 'at the end'
  await timed(`vitest ${projects.join(' and ')}`, async () => {
    const tallies = await Promise.all(
      projects.map(async (project) => {
        const report = join(RESULTS, `${project}.json`)
        const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
        const code = await run('vitest', ['run', '--project', project, ...reporters], shown)
        return readReport(report, code)
      }),
    )
    return tallies.reduce(added)
  })
}

async function readReport(path: string, exitCode: number): Promise<Tally> {
  let report: VitestReport
  try {
    report = JSON.parse(await readFile(path, 'utf8'))
  } catch {
    console.error('The runner left no report.')
    return tallyOf(false)
  }
  const unexpected = report.testResults
    .flatMap((file) => file.assertionResults)
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .filter(({ fullName }) => !EXPECTED_SKIPS.has(fullName))
  for (const { fullName } of unexpected)
    console.error(`Skipped, and not expected to be: ${fullName}`)
  // A file that fails before its first test shows in the exit code alone.
  const hidden = exitCode !== 0 && report.numFailedTests === 0 ? 1 : 0
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unexpected.length + hidden,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

await rm(RESULTS, { recursive: true, force: true })
await mkdir(RESULTS, { recursive: true })

await check('format, lint, import arrows', 'biome', ['check', '--error-on-warnings', '.'])
await timed('build', async () => {
  try {
    await buildSdk()
    await buildWorker()
    await buildRenderer()
    return tallyOf(true)
  } catch (error) {
    console.error(error)
    return tallyOf(false)
  }
})
for (const project of ['worker', 'node', 'dom']) {
  await check(`types (${project})`, 'tsc', ['-p', `tsconfig.${project}.json`])
}
await check('dead code', 'knip', [])
await vitest('unit')
// Each keeps one core busy, most of the time with starting workerd.
await vitest('worker', 'worker-cold')
await vitest('e2e')

const line = `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`
await writeFile(join(RESULTS, 'summary.txt'), `${line}\n`)
console.log(`\n${line}`)
process.exit(total.failed === 0 ? 0 : 1)
