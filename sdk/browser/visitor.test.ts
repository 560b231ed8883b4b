import { expect, test } from 'vitest'
import { parseVisitor, randomId, visitorInCookie } from './visitor.ts'

test('a visitor token keeps both parts, and a bare id has no token', () => {
  expect(parseVisitor('abc.sig-_1')).toEqual({ id: 'abc', token: 'abc.sig-_1' })
  expect(parseVisitor('abc')).toEqual({ id: 'abc', token: null })
})

test.each(['', '.sig', 'abc.', 'a b.c', '<script>', 'x'.repeat(500)])(
  'the stored value %j is nobody',
  (value) => {
    expect(parseVisitor(value)).toBeNull()
  },
)

test('the cookie is found among others, and not under a longer name', () => {
  expect(visitorInCookie('a=1; ew_vid=v1.sig; b=2')?.id).toBe('v1')
  expect(visitorInCookie('xew_vid=v1.sig; ew_vid2=v2.sig')).toBeNull()
})

test('ids are version 4 UUIDs, on plain http pages too', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  expect(randomId()).toMatch(uuid)
  const own = Object.getOwnPropertyDescriptor(crypto, 'randomUUID')
  Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true })
  try {
    for (let i = 0; i < 50; i++) expect(randomId()).toMatch(uuid)
  } finally {
    if (own) Object.defineProperty(crypto, 'randomUUID', own)
    else Reflect.deleteProperty(crypto, 'randomUUID')
  }
})
