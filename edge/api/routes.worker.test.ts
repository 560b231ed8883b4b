import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { PermissionName } from '#shared/access/granted.ts'
import { createApp } from '../app.ts'
import type { Env as EdgeEnv } from '../env.ts'

declare global {
  namespace Cloudflare {
    interface Env {
      PROJECTOR: EdgeEnv['PROJECTOR']
      WORKSPACE_HUB: EdgeEnv['WORKSPACE_HUB']
      SIGN_IN_GUARD: EdgeEnv['SIGN_IN_GUARD']
      CONFIG: EdgeEnv['CONFIG']
      MODELS: EdgeEnv['MODELS']
      CONTROL_DB_URL: string
    }
  }
}

const SECRETS = {
  STORE_AUTH_TOKEN: 'of this test',
  SIGNING_SECRET: 'of this test',
  SEALING_KEYS: 'of this test',
  PUBLIC_URL: '',
}

/** For people with a browser, and OAuth's own endpoints: neither takes a key or an access token. */
const SIGN_IN_PAGES =
  /^(GET|POST) \/(sign-in|sign-out|reset|account|invitation|sso|oauth|\.well-known)(\/|$)/

/** Preflights answer for a route that is documented under its own method. */
const UNDOCUMENTED_METHODS = ['ALL', 'OPTIONS']

test('every route in the API document names a permission of the table', () => {
  const app = createApp({ ...env, ...SECRETS })
  const unnamed = app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return []
    const { method, path } = definition.route
    const named = Object.entries(definition.route).find(([name]) => name === 'x-permission')?.[1]
    const isNamed = named === 'public' || PermissionName.safeParse(named).success
    return isNamed ? [] : [`${method} ${path}`]
  })
  expect(unnamed).toEqual([])
})

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
  const undocumented = [...new Set(mounted)].filter((route) => !documented.has(route))
  expect(undocumented.filter((route) => !SIGN_IN_PAGES.test(route))).toEqual([])
  // Pages come under their own addresses alone: nothing of the API hides among them.
  expect(undocumented.filter((route) => route.includes('/api/') || route.includes('/v1/'))).toEqual(
    [],
  )
})
