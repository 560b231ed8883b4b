import { describe, expect, test } from 'vitest'
import { AllowedOrigins, allowedOriginsIn } from '../keys/allowed-origins.ts'
import { CORS_HEADERS, corsOf } from './cors.ts'

const SHOP = 'https://shop.example'
const allowed = [SHOP, 'http://localhost:3000']
const from = (origin: string) => corsOf(allowed, new Headers({ origin }))

test('a key without a list works everywhere, and the answer does not depend on the origin', () => {
  expect(corsOf(null, new Headers({ origin: 'https://any.example' }))).toBe(CORS_HEADERS)
  expect(corsOf(null, new Headers())).toBe(CORS_HEADERS)
})

test('an origin of the list is named, and caches are told', () => {
  for (const origin of allowed) {
    expect(from(origin)).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' })
  }
})

test('a server, which sends no Origin, passes', () => {
  expect(corsOf(allowed, new Headers())).toBe(CORS_HEADERS)
  expect(corsOf([], new Headers())).toBe(CORS_HEADERS)
})

describe('another origin is refused', () => {
  test.each([
    'null',
    '',
    '*',
    'https://evil.example',
    'https://shop.example.evil.example',
    'https://evilshop.example',
    'https://shop.example@evil.example',
    'https://shop.example/',
    'https://shop.example, https://evil.example',
    'https://www.shop.example',
    'https://shop.example.',
    'https://SHOP.example',
    'HTTPS://shop.example',
    'http://shop.example',
    'https://shop.example:443',
    'https://shop.example:8443',
    'http://localhost',
    'http://localhost:30000',
    'https://shop-example',
    'file://',
  ])('%j', (origin) => {
    expect(() => from(origin)).toThrow('origin_not_allowed')
    expect(() => corsOf([], new Headers({ origin }))).toThrow('origin_not_allowed')
  })
})

describe('the list of a key', () => {
  test('is of origins as browsers write them', () => {
    expect(AllowedOrigins.parse(allowed)).toEqual(allowed)
    for (const wrong of [
      'null',
      '*',
      'shop.example',
      'https://shop.example/',
      'https://Shop.example',
      'https://shop.example:443',
      'https://*.shop.example/',
      'data:x',
      'https://a b',
    ]) {
      expect(AllowedOrigins.safeParse([wrong]).success).toBe(false)
    }
  })

  test.each(['{', '"https://shop.example"', '["https://shop.example",7]', '["null"]', '["*"]'])(
    'that cannot be read, %s, lets no browser pass',
    (column) => {
      expect(allowedOriginsIn(column)).toEqual([])
    },
  )

  test('is read from the column', () => {
    expect(allowedOriginsIn(null)).toBeNull()
    expect(allowedOriginsIn(JSON.stringify(allowed))).toEqual(allowed)
  })
})
