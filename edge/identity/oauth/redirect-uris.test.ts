import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DESKTOP,
  DESKTOP6,
  FOREIGN_REDIRECTS,
  REGISTERED_REDIRECTS as REGISTERED,
  WEB,
} from './redirect-uris.fixture.ts'
import { redirectAllowed, registrableRedirect } from './redirect-uris.ts'

describe('an answer goes', () => {
  for (const uri of [
    ...REGISTERED,
    'http://127.0.0.1:1/callback',
    'http://127.0.0.1:65535/callback',
    'http://127.0.0.1:80/callback',
    'http://[::1]/callback',
    'http://[::1]:49152/callback',
  ]) {
    test(`to ${uri}`, () => {
      expect(redirectAllowed(REGISTERED, uri)).toBe(true)
    })
  }
})

describe('an answer does not go', () => {
  for (const uri of FOREIGN_REDIRECTS) {
    test(`to ${JSON.stringify(uri)}`, () => {
      expect(redirectAllowed(REGISTERED, uri)).toBe(false)
    })
  }

  test('to anywhere if nothing is registered', () => {
    expect(redirectAllowed([], DESKTOP)).toBe(false)
  })

  test('to another port of a host that is no loopback address', () => {
    expect(redirectAllowed(['http://10.0.0.1/cb'], 'http://10.0.0.1:8080/cb')).toBe(false)
  })
})

test('whatever is changed in one character of an https address is refused', () => {
  fc.assert(
    fc.property(fc.nat(WEB.length - 1), fc.string({ minLength: 1, maxLength: 2 }), (at, text) => {
      const changed = WEB.slice(0, at) + text + WEB.slice(at + 1)
      fc.pre(changed !== WEB)
      expect(redirectAllowed(REGISTERED, changed)).toBe(false)
    }),
  )
})

test('what is allowed at a loopback address is read so by the URL parser, too', () => {
  const piece = fc.constantFrom(
    ...['http://', '127.0.0.1', '[::1]', ':', '8080', '/', '/callback', '@', '\\', '.', '#', '?'],
    ...['evil.example', '%2f', '0', ' ', '\t', 'https://'],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 7 }), (pieces) => {
      const asked = pieces.join('')
      if (!redirectAllowed(REGISTERED, asked)) return
      const { protocol, hostname, pathname, username } = new URL(asked)
      expect([protocol, pathname, username]).toEqual(['http:', '/callback', ''])
      expect(['127.0.0.1', '[::1]']).toContain(hostname)
    }),
    { numRuns: 5_000, examples: [[['http://', '127.0.0.1', ':', '8080', '/callback']]] },
  )
})

describe('for an app can be registered', () => {
  for (const uri of [
    WEB,
    DESKTOP,
    DESKTOP6,
    'https://app.example.com',
    'https://app.example.com:8443/cb',
    'http://127.0.0.1',
    'com.example.app:/callback',
    'com.example.app://callback',
  ]) {
    test(uri, () => {
      expect(registrableRedirect(uri)).toBeNull()
      expect(redirectAllowed([uri], uri)).toBe(true)
    })
  }
})

describe('for an app cannot be registered', () => {
  for (const uri of [
    'callback',
    '/callback',
    '',
    'http://app.example.com/callback',
    'http://localhost/callback',
    'http://localhost.:3000/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://127.1/callback',
    'http://2130706433/callback',
    'http://[::ffff:127.0.0.1]/callback',
    'http://[::]/callback',
    'http://0.0.0.0/callback',
    'http://127.0.0.1:80/callback',
    'http://127.0.0.1:0/callback',
    'https://*.example.com/callback',
    'https://app.example.com/*',
    'https://app.example.com/callback#x',
    'https://app.example.com/callback#',
    'https://user@app.example.com/callback',
    'https://@app.example.com/callback',
    'https://user:pass@app.example.com/callback',
    'https://app.example.com./callback',
    'https://APP.example.com/callback',
    'https://app.example.com:443/callback',
    'https://app.example.com/a/../callback',
    'https://app.example.com/%2e%2e/callback',
    'https://app.example.com/a%2fcallback',
    'https://app.example.com/a%5Ccallback',
    'https://app.example.com\\callback',
    'https:/app.example.com/callback',
    'https:app.example.com/callback',
    'https://app.example.com/call back',
    'https://app.example.com/callback\n',
    'https://app.exämple.com/callback',
    'https://app.example.com/callback?code=1',
    'https://app.example.com/callback?x=1&state=2',
    'https://app.example.com/callback?iss=x',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'ftp://app.example.com/x',
    'myapp:/callback',
    'edgewise://callback',
    'com.example.app:callback',
    'COM.example.app:/callback',
    `https://app.example.com/${'a'.repeat(2_000)}`,
  ]) {
    test(JSON.stringify(uri.slice(0, 80)), () => {
      const problem = registrableRedirect(uri)
      expect(problem?.reason).toMatch(/\.$/)
      expect(problem?.next).toMatch(/\S/)
    })
  }
})
