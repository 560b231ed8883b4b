import { describe, expect, test } from 'vitest'
import { isOurHost, isOurOrigin, isToken } from './access.ts'
import { resolveFile } from './static-files.ts'

describe('who may talk to the console', () => {
  test.each([
    ['127.0.0.1:4100', true],
    ['localhost:4100', true],
    ['127.0.0.1:4101', false],
    ['127.0.0.1', false],
    ['rebound.example:4100', false],
    ['127.0.0.1:4100.example', false],
    [undefined, false],
  ])('the host %s: %s', (host, expected) => {
    expect(isOurHost(host, 4100)).toBe(expected)
  })

  test.each([
    ['http://127.0.0.1:4100', true],
    ['http://localhost:4100', true],
    ['http://127.0.0.1:4101', false],
    ['https://127.0.0.1:4100', false],
    ['http://127.0.0.1:4100.example', false],
    ['null', false],
    [undefined, false],
  ])('a page from %s: %s', (origin, expected) => {
    expect(isOurOrigin(origin, 4100)).toBe(expected)
  })

  test('only the whole token is the token', () => {
    expect(isToken('secret', 'secret')).toBe(true)
    expect(isToken('secret', 'secre')).toBe(false)
    expect(isToken('secret', 'secreT')).toBe(false)
    expect(isToken('secret', null)).toBe(false)
    expect(isToken('secret', '')).toBe(false)
  })
})

describe('which files are served', () => {
  test.each([
    ['/', '/srv/renderer/index.html'],
    ['/assets/index-1a2b.js', '/srv/renderer/assets/index-1a2b.js'],
    ['/../main.js', null],
    ['/%2e%2e/main.js', null],
    ['/..%2fmain.js', null],
    ['/assets/../../main.js', null],
    ['/assets\\..\\..\\main.js', null],
    ['/../renderer-other/x.js', null],
    ['/x.js%00.html', null],
    ['/%E0%A4%A', null],
    ['/.env', null],
    ['/assets', null],
  ])('%s: %s', (path, expected) => {
    expect(resolveFile('/srv/renderer', path)).toBe(expected)
  })
})
