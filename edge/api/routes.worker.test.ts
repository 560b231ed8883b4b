import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { createApp } from '../app.ts'
import type { Env as EdgeEnv } from '../env.ts'

declare global {
  namespace Cloudflare {
    interface Env {
      PROJECTOR: EdgeEnv['PROJECTOR']
      WORKSPACE_HUB: EdgeEnv['WORKSPACE_HUB']
      CONFIG: EdgeEnv['CONFIG']
      MODELS: EdgeEnv['MODELS']
      CONTROL_DB_URL: string
    }
  }
}

const SECRETS = { STORE_AUTH_TOKEN: 'of this test', SIGNING_SECRET: 'of this test' }

/** Preflights answer for a route that is documented under its own method. */
const UNDOCUMENTED_METHODS = ['ALL', 'OPTIONS']

test('every mounted route is in the API document', () => {
  const app = createApp({ ...env, ...SECRETS })
  const documented = new Set(
    app.openAPIRegistry.definitions.flatMap((definition) =>
      definition.type === 'route'
        ? [`${definition.route.method.toUpperCase()} ${definition.route.path}`]
        : [],
    ),
  )
  const mounted = app.routes
    .filter(({ method }) => !UNDOCUMENTED_METHODS.includes(method))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  expect(mounted.length).toBeGreaterThan(10)
  expect([...new Set(mounted)].filter((route) => !documented.has(route))).toEqual([])
})
