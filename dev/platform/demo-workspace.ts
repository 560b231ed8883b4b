import type { Home } from './home.ts'
import { DEMO_WORKSPACE } from './state.ts'
import { ensureWorkspace } from './tenants.ts'

/** One disk, one writer: two objects keep both cores busy, more only take turns. */
const DEMO_BUCKETS = 2

/** The workspace of `npm start`, with the keys of the data folder. */
export async function ensureDemoWorkspace(storeUrl: string, { state }: Home): Promise<void> {
  await ensureWorkspace(storeUrl, state.storeToken, {
    id: DEMO_WORKSPACE,
    name: 'Demo workspace',
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    buckets: DEMO_BUCKETS,
    keys: [
      { key: state.writeKey, kind: 'write', name: 'Demo site' },
      { key: state.secretKey, kind: 'secret', name: 'Console on this machine' },
    ],
  })
}
