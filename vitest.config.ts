import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const wranglerConfig = `${root}wrangler.toml`

/** Bounds are for machines that have much else to do: nothing here measures time. */
const TEST_TIMEOUT_MS = 60_000
/** The first import of ONNX Runtime's 14 MB of WebAssembly into workerd takes seconds. */
const WORKER_TIMEOUT_MS = 60_000
const E2E_TIMEOUT_MS = 120_000

const EXCLUDED = ['**/node_modules/**', '**/dist/**', '**/.edgewise/**']

/** What the Worker tests run in: the real configuration, or the least that workerd needs. */
const workerOptions = existsSync(wranglerConfig)
  ? { wrangler: { configPath: wranglerConfig } }
  : {
      miniflare: {
        compatibilityDate: '2026-07-30',
        compatibilityFlags: ['nodejs_compat'],
      },
    }

/**
 * Vitest leaves a core to itself, which on two cores is half of them; and most of the long tests wait for
 * processes of their own.
 */
const UNIT_WORKERS = 3
/** Each brings up a platform of two or three processes, and waits for it about a third of the time. */
const E2E_WORKERS = 4

/** For the processes that tests start, and their own (quick-webassembly.mjs says why). */
const quickProcesses = {
  env: {
    NODE_COMPILE_CACHE: `${root}node_modules/.cache/compiled`,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${new URL('tests/platform/quick-webassembly.mjs', import.meta.url)}`,
  },
  execArgv: ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'],
}
const PREPARED_REPLICA = `${root}desktop/backend/testing/prepared-replica.ts`

/** How ONNX Runtime starts, and what a failed start leaves, wants a workerd that has not started it yet. */
const COLD_TESTS = [
  'edge/scoring/failed-start.worker.test.ts',
  'edge/scoring/onnx-runtime.worker.test.ts',
]

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['**/*.test.ts', '**/*.test.tsx'],
          exclude: [...EXCLUDED, '**/*.worker.test.ts', 'tests/**'],
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: TEST_TIMEOUT_MS,
          maxWorkers: UNIT_WORKERS,
          // Most files take less than a process and its imports do.
          isolate: false,
          globalSetup: PREPARED_REPLICA,
          ...quickProcesses,
        },
      },
      {
        plugins: [cloudflareTest(workerOptions)],
        test: {
          name: 'worker',
          include: ['edge/**/*.worker.test.ts'],
          exclude: [...EXCLUDED, ...COLD_TESTS],
          testTimeout: WORKER_TIMEOUT_MS,
          hookTimeout: WORKER_TIMEOUT_MS,
          // One workerd for all: most of the time went into starting one a file.
          isolate: false,
        },
      },
      {
        plugins: [cloudflareTest(workerOptions)],
        test: {
          name: 'worker-cold',
          include: COLD_TESTS,
          exclude: EXCLUDED,
          testTimeout: WORKER_TIMEOUT_MS,
          hookTimeout: WORKER_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['tests/**/*.test.ts'],
          exclude: EXCLUDED,
          testTimeout: E2E_TIMEOUT_MS,
          hookTimeout: E2E_TIMEOUT_MS,
          maxWorkers: E2E_WORKERS,
          isolate: false,
          globalSetup: PREPARED_REPLICA,
          ...quickProcesses,
        },
      },
    ],
  },
})
