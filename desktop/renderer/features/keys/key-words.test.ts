import { expect, test } from 'vitest'
import type { ApiKey } from '#rpc/keys.ts'
import { originsOf, reachWords, redirectsOf } from './key-words.ts'

const key = (partial: Partial<ApiKey>): ApiKey => ({
  id: '1',
  kind: 'write',
  name: 'Site',
  prefix: 'ewk_demo_ab',
  permissions: [],
  allowedOrigins: null,
  createdAt: 0,
  revokedAt: null,
  ...partial,
})

test('what a key opens is one line', () => {
  expect(reachWords(key({}))).toContain('from any site')
  expect(reachWords(key({ allowedOrigins: ['https://a.example'] }))).toContain('https://a.example.')
  const permissions = ['slots:read', 'slots:write', 'models:read', 'scores:read', 'new:thing']
  expect(reachWords(key({ kind: 'secret', permissions }))).toBe(
    'May see slots, change and publish slots, see models, see scores and 1 more.',
  )
  expect(reachWords(key({ kind: 'secret' }))).toBe('May do nothing.')
})

test('origins are taken as they are copied, and nothing else is', () => {
  expect(originsOf(' https://WWW.example.com/ \n\nhttp://localhost:8080')).toEqual({
    kind: 'lines',
    lines: ['https://www.example.com', 'http://localhost:8080'],
  })
  expect(originsOf('')).toEqual({ kind: 'lines', lines: [] })
  for (const wrong of ['www.example.com', 'https://example.com/shop', 'https://*.example.com/x']) {
    expect(originsOf(wrong).kind).toBe('invalid')
  }
})

test('addresses of an app are at least addresses', () => {
  expect(redirectsOf('https://a.example/cb\n com.example.app:/cb').kind).toBe('lines')
  expect(redirectsOf('a.example/cb').kind).toBe('invalid')
})
