import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { APP_SECURITY_HEADERS, APP_URL, appFile, isAppUrl } from './app-origin.ts'
import { menuTemplate } from './menu.ts'
import { decideNavigation, isTrustedSender } from './navigation.ts'
import { afterBackendEnd } from './restart-policy.ts'
import { readSettings } from './settings.ts'

describe('where the window may go', () => {
  test.each([
    [APP_URL, 'stay'],
    ['app://console/', 'stay'],
    ['app://console.evil/index.html', 'refuse'],
    ['app://evil/console', 'refuse'],
    ['https://example.com/', 'open_outside'],
    ['http://example.com/?next=app://console/', 'open_outside'],
    ['HTTPS://EXAMPLE.COM', 'open_outside'],
    ['file:///etc/passwd', 'refuse'],
    ['javascript:alert(1)', 'refuse'],
    ['data:text/html,hello', 'refuse'],
    ['mailto:somebody@example.com', 'refuse'],
    ['smb://share', 'refuse'],
    ['https:', 'refuse'],
    ['', 'refuse'],
  ])('%s: %s', (url, expected) => {
    expect(decideNavigation(url)).toBe(expected)
  })
})

describe('whose messages main listens to', () => {
  test.each([
    [{ url: APP_URL, isTopFrame: true }, true],
    [{ url: APP_URL, isTopFrame: false }, false],
    [{ url: 'https://example.com', isTopFrame: true }, false],
    [{ url: 'about:blank', isTopFrame: true }, false],
    [null, false],
  ])('%j: %s', (sender, expected) => {
    expect(isTrustedSender(sender)).toBe(expected)
  })
})

describe('which files the own scheme serves', () => {
  test.each([
    ['app://console/index.html', '/app/renderer/index.html'],
    ['app://console/', '/app/renderer/index.html'],
    ['app://console/assets/a.js?x=1#y', '/app/renderer/assets/a.js'],
    ['app://console/%2e%2e/%2e%2e/secret', '/app/renderer/secret'],
    ['app://console/..%2fsecret', null],
    ['app://console/assets%2f..%2f..%2fsecret', null],
    ['app://console/..%5csecret', null],
    ['app://console/a%00.html', null],
    ['app://console/%E0%A4%A', null],
    ['app://other/index.html', null],
    ['file:///app/renderer/index.html', null],
  ])('%s: %s', (url, expected) => {
    expect(appFile('/app/renderer', url)).toBe(expected)
  })

  test('with a policy that names no foreign place', () => {
    const policy = APP_SECURITY_HEADERS['content-security-policy'] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(isAppUrl(APP_URL)).toBe(true)
  })
})

describe('a back end that ended by itself', () => {
  const now = 1_000_000

  test('is started again, later each time', () => {
    expect(afterBackendEnd([now], now)).toEqual({ restart: true, delayMs: 250 })
    expect(afterBackendEnd([now - 5, now], now)).toEqual({ restart: true, delayMs: 500 })
  })

  test('is given up when it keeps ending', () => {
    expect(afterBackendEnd([now - 3, now - 2, now - 1, now], now)).toEqual({ restart: false })
  })

  test('is forgiven what was long ago', () => {
    const old = [1, 2, 3, 4, 5].map((minute) => now - minute * 60_000)
    expect(afterBackendEnd([...old, now], now)).toEqual({ restart: true, delayMs: 250 })
  })
})

test('developer tools are in the menu only while developing', () => {
  const menu = (isPackaged: boolean) => JSON.stringify(menuTemplate({ isMac: false, isPackaged }))
  expect(menu(false)).toContain('toggleDevTools')
  expect(menu(true)).not.toContain('toggleDevTools')
  expect(menu(true)).not.toContain('reload')
})

test('settings are whole or absent', () => {
  const whole = { EDGEWISE_EDGE_URL: 'https://edge.example.com', EDGEWISE_SECRET_KEY: 'key' }
  expect(readSettings(whole)).toEqual({ edgeUrl: 'https://edge.example.com', secretKey: 'key' })
  expect(readSettings({ ...whole, EDGEWISE_SECRET_KEY: '' })).toEqual({
    edgeUrl: 'https://edge.example.com',
    secretKey: null,
  })
  expect(readSettings({})).toBeNull()
})

test('the packaged console has every dangerous fuse off', () => {
  const file = new URL('../../electron-builder.yml', import.meta.url)
  const fuses = Object.fromEntries(
    [...readFileSync(file, 'utf8').matchAll(/^ {2}(\w+): (true|false)$/gm)].map(
      ([, name, value]) => [name, value === 'true'],
    ),
  )
  expect(fuses).toMatchObject({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
  })
})
