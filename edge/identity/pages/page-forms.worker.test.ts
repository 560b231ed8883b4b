import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { createApp } from '../../app.ts'
import { PAGE_FORMS } from './page-forms.fixture.ts'

const SECRETS = {
  STORE_AUTH_TOKEN: 'of this test',
  SIGNING_SECRET: 'of this test',
  SEALING_KEYS: 'of this test',
  PUBLIC_URL: '',
}
const ORIGIN = 'https://edge.example.com'

/** OAuth's own endpoints look at no cookie: apps call them with what they alone know. */
const FOR_APPS = ['/oauth/token', '/oauth/revoke', '/oauth/introspect']

/** The addresses that take a POST and are none of the API's. */
function postAddresses(): string[] {
  const app = createApp({ ...env, ...SECRETS })
  const paths = app.routes
    .filter(({ method, path }) => method === 'POST' && !/^\/(api|v1)\//.test(path))
    .map(({ path }) => path)
  return [...new Set(paths)].filter((path) => !FOR_APPS.includes(path)).sort()
}

test('every form of the pages is known to the tests', () => {
  expect(postAddresses()).toEqual(Object.keys(PAGE_FORMS).sort())
})

test.each([
  ['of another site', { origin: 'https://evil.example' }],
  ['of another scheme', { origin: 'http://edge.example.com' }],
  ['of another port', { origin: `${ORIGIN}:8443` }],
  ['of a subdomain', { origin: 'https://x.edge.example.com' }],
  ['that hides where it comes from', { origin: 'null' }],
  ['that says nothing', {}],
])('no form is taken from a page %s', async (_which, headers: Record<string, string>) => {
  const app = createApp({ ...env, ...SECRETS })
  for (const path of postAddresses()) {
    const url = `${ORIGIN}${path.replace(':token', 'any')}`
    const body = new URLSearchParams(PAGE_FORMS[path])
    const answer = await app.fetch(new Request(url, { method: 'POST', body, headers }), {
      ...env,
      ...SECRETS,
    })
    expect([path, answer.status]).toEqual([path, 403])
    expect(await answer.json()).toMatchObject({ code: 'foreign_form' })
  }
})
