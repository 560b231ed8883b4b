import { Miniflare } from 'miniflare'
import type { SiteCopyStore } from './site-copies.ts'

export interface TestKv extends SiteCopyStore {
  keys(): Promise<string[]>
  clear(): Promise<void>
  stop(): Promise<void>
}

/** KV as workerd has it, for tests outside of it. */
export async function startKv(): Promise<TestKv> {
  const miniflare = new Miniflare({
    modules: true,
    script: 'export default {}',
    compatibilityDate: '2026-07-30',
    kvNamespaces: ['CONFIG'],
  })
  const kv = await miniflare.getKVNamespace('CONFIG')
  const keys = async () => (await kv.list()).keys.map(({ name }) => name)
  return {
    get: (key) => kv.get(key, 'text'),
    put: (key, body, options) => kv.put(key, body, options),
    delete: (key) => kv.delete(key),
    keys,
    async clear() {
      for (const key of await keys()) await kv.delete(key)
    },
    stop: () => miniflare.dispose(),
  }
}
