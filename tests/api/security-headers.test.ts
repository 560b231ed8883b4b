import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
} from '#tests/platform/faulty-platform.ts'
import { call, operationsOf } from './operations.ts'

const SITE_POLICY = "default-src 'self' https://cdn.example"

let origin: Server
let platform: TestPlatform

beforeAll(async () => {
  origin = createServer((_request, response) => {
    response.writeHead(200, {
      'content-type': 'text/html',
      'content-security-policy': SITE_POLICY,
    })
    response.end('<p>The site’s own</p>')
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  const address = origin.address()
  const port = typeof address === 'object' ? address?.port : 0
  platform = await startTestPlatform({ siteOrigin: `http://127.0.0.1:${port}` })
})

afterAll(async () => {
  await platform.stop()
  origin.close()
})

/** What is missing from an answer. */
function missing({ headers }: Response, isCapture = false): string[] {
  const csp = headers.get('content-security-policy') ?? ''
  const wanted: [string, boolean][] = [
    ['nosniff', headers.get('x-content-type-options') === 'nosniff'],
    [
      'resource policy',
      /^(same|cross)-origin$/.test(headers.get('cross-origin-resource-policy') ?? ''),
    ],
    ...(isCapture
      ? ([['CORS', headers.get('access-control-allow-origin') === '*']] as [string, boolean][])
      : ([
          ['referrer policy', headers.get('referrer-policy') === 'no-referrer'],
          ['frame options', headers.get('x-frame-options') === 'DENY'],
          ['opener policy', headers.get('cross-origin-opener-policy') === 'same-origin'],
          ['default-src none', csp.includes("default-src 'none'")],
          ['frame-ancestors none', csp.includes("frame-ancestors 'none'")],
          ['base-uri none', csp.includes("base-uri 'none'")],
          ['cache-control', headers.has('cache-control')],
        ] as [string, boolean][])),
  ]
  return wanted.flatMap(([name, isThere]) => (isThere ? [] : [name]))
}

test('every route, with a key and without, answers with the headers', async () => {
  const operations = await operationsOf(platform.edge.url)
  expect(operations.length).toBeGreaterThan(20)
  const found: string[] = []
  const signedIn: Record<string, string> = { authorization: `Bearer ${SECRET_KEY}` }
  for (const operation of operations) {
    for (const headers of [{}, signedIn]) {
      const answer = await call(platform.edge.url, operation, { headers })
      const lacks = missing(answer, operation.permission === 'capture:write')
      if (lacks.length > 0) found.push(`${operation.id} ${answer.status}: ${lacks.join(', ')}`)
      await answer.arrayBuffer()
    }
  }
  expect(found).toEqual([])
})

test.each([
  ['GET', '/'],
  ['GET', '/nowhere'],
  ['DELETE', '/api/v1/visitors'],
  ['GET', '/e.js'],
  ['GET', '/v1/track'],
])('so does %s %s', async (method, path) => {
  const answer = await fetch(`${platform.edge.url}${path}`, { method, redirect: 'manual' })
  expect(missing(answer)).toEqual([])
  await answer.arrayBuffer()
})

test('data may be read by its own origin, the script by all', async () => {
  const policy = async (path: string) => {
    const answer = await fetch(`${platform.edge.url}${path}`)
    await answer.arrayBuffer()
    return answer.headers.get('cross-origin-resource-policy')
  }
  expect(await policy('/openapi.json')).toBe('same-origin')
  expect(await policy('/e.js')).toBe('cross-origin')
})

test('the page of the API runs no script, and its style has the nonce of its policy', async () => {
  const answer = await fetch(`${platform.edge.url}/docs`)
  const nonce = /style-src 'nonce-([^']+)'/.exec(
    answer.headers.get('content-security-policy') ?? '',
  )
  expect(await answer.text()).toContain(`<style nonce="${nonce?.[1]}">`)
  const again = await fetch(`${platform.edge.url}/docs`)
  expect(again.headers.get('content-security-policy')).not.toContain(nonce?.[1] ?? 'none')
})

test('a site’s pages keep the headers that the site gave them', async () => {
  const answer = await fetch(`${platform.edge.siteUrl}/`, { headers: { accept: 'text/html' } })
  expect(await answer.text()).toContain('The site’s own')
  expect(answer.headers.get('content-security-policy')).toBe(SITE_POLICY)
  for (const name of ['x-frame-options', 'referrer-policy', 'cross-origin-resource-policy']) {
    expect(answer.headers.get(name)).toBeNull()
  }
})
