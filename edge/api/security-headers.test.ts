import { expect, test } from 'vitest'
import { newNonce, pageCsp, secured } from './security-headers.ts'

const HTTPS = new URL('https://edge.example/api')

test('HSTS is for https alone', () => {
  const header = (url: string) =>
    secured(new Response('x'), new URL(url)).headers.get('strict-transport-security')
  expect(header('https://edge.example/')).toBe('max-age=31536000')
  expect(header('http://127.0.0.1:8787/')).toBeNull()
})

test('what a route has set itself stays: its policy, its cache, its cookies, its status', async () => {
  const answer = new Response('x', {
    status: 418,
    headers: { 'content-security-policy': 'p', 'cache-control': 'public', 'set-cookie': 'a=b' },
  })
  answer.headers.append('set-cookie', 'c=d')
  const { status, headers } = secured(answer, HTTPS)
  expect(status).toBe(418)
  expect(headers.get('content-security-policy')).toBe('p')
  expect(headers.get('cache-control')).toBe('public')
  expect(headers.getSetCookie()).toEqual(['a=b', 'c=d'])
})

test('an answer for other sites may be read by them, any other by none', () => {
  const policy = (headers: HeadersInit) =>
    secured(new Response('x', { headers }), HTTPS).headers.get('cross-origin-resource-policy')
  expect(policy({ 'access-control-allow-origin': '*' })).toBe('cross-origin')
  expect(policy({})).toBe('same-origin')
})

test('a page’s policy names its nonce and where its forms may lead, and nothing can be smuggled in', () => {
  const csp = pageCsp('abc', [
    'http://127.0.0.1:5123/callback?code=1',
    "https://app.example/; script-src 'unsafe-inline'",
    "javascript:alert(1); script-src 'unsafe-inline'",
    'no address',
  ])
  const directives = Object.fromEntries(
    csp.split('; ').map((each) => [each.split(' ', 1)[0], each.slice(each.indexOf(' ') + 1)]),
  )
  expect(directives['form-action']).toBe("'self' http://127.0.0.1:5123 https://app.example")
  expect(directives['script-src']).toBe("'nonce-abc'")
  expect(directives['default-src']).toBe("'none'")
  expect(csp).not.toContain('unsafe')
})

test('no two nonces are the same', () => {
  expect(new Set(Array.from({ length: 1_000 }, newNonce)).size).toBe(1_000)
  expect(newNonce()).toMatch(/^[A-Za-z0-9+/]{22}==$/)
})
