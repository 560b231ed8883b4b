import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@libsql/client'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { databaseUrl } from '#dev/libsql/server.ts'
import { startChild } from '#dev/platform/child.ts'
import { ensurePerson } from '#dev/platform/people.ts'
import { ensureWorkspace } from '#dev/platform/tenants.ts'
import { insertAppSession } from '#edge/identity/sessions/app-sessions.ts'

export const SECRET_KEY = 'esk_bench_secretsecretsecretsecret'
export const SUBJECT = { user: 'usr_bench', session: 'ses_bench', workspace: 'bench' }
const TOKEN = 'bench-token-bench-token-bench-token-bench'
const STORE = fileURLToPath(new URL('../../dev/libsql/main.ts', import.meta.url))
const ENTRY = fileURLToPath(new URL('auth-worker.ts', import.meta.url))

export interface AuthBench {
  url: URL
  stop(): Promise<void>
}

/** The bench Worker in workerd, over a store with one workspace, one owner and their session. */
export async function startAuthWorker(): Promise<AuthBench> {
  const dir = await mkdtemp(join(tmpdir(), 'edgewise-bench-'))
  const server = await startChild('The store', STORE, ['--dir', dir], { LIBSQL_TOKEN: TOKEN })
  await ensureWorkspace(server.url, TOKEN, {
    id: SUBJECT.workspace,
    name: 'Benchmark',
    timezone: 'Europe/Berlin',
    buckets: 1,
    keys: [{ key: SECRET_KEY, kind: 'secret', name: 'bench' }],
  })
  await ensurePerson(server.url, TOKEN, {
    id: SUBJECT.user,
    email: 'owner@bench.example',
    name: 'Owner',
    password: { hash: '-' },
    workspaceId: SUBJECT.workspace,
    role: 'owner',
  })
  const controlUrl = databaseUrl(server.url, 'control')
  const control = createClient({ url: controlUrl, authToken: TOKEN })
  const now = Date.now()
  const { session: id, user: userId, workspace: workspaceId } = SUBJECT
  await control.execute(
    insertAppSession(
      {
        id,
        userId,
        workspaceId,
        clientId: 'edgewise-console',
        permissions: null,
        name: 'Benchmark',
        country: null,
        methods: ['password'],
        confirmedAt: now,
      },
      now,
    ),
  )
  control.close()
  const miniflare = new Miniflare({
    compatibilityDate: '2026-07-30',
    compatibilityFlags: ['nodejs_compat'],
    host: '127.0.0.1',
    port: 0,
    modules: [{ type: 'ESModule', path: 'auth.js', contents: await bundled() }],
    bindings: {
      CONTROL_DB_URL: controlUrl,
      STORE_AUTH_TOKEN: TOKEN,
      SIGNING_SECRET: 'bench-secret-bench-secret-bench-secret',
      SEALING_KEYS: `bench:${'A'.repeat(43)}`,
      PUBLIC_URL: '',
    },
    cf: {},
  })
  return {
    url: await miniflare.ready,
    async stop() {
      await miniflare.dispose()
      await server.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}
