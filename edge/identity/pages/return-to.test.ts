import fc from 'fast-check'
import { expect, test } from 'vitest'
import { returnTo } from './return-to.ts'

const ORIGIN = 'https://edge.example.com'

/** Ways in which browsers have been led to another host, or to a script. */
const TRICKS = [
  '//evil.example',
  '/\\evil.example',
  '/\\/evil.example',
  'https://evil.example/account',
  'https:evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '%2f%2fevil.example',
  '/%2fevil.example',
  '/%09/evil.example',
  '/\t/evil.example',
  '/account/../../evil',
  '/account@evil.example',
  '/account.evil.example',
  '/account\n//evil.example',
  '/account\n',
  '/oauth/authorize',
  '/oauth/authorize\\@evil.example?x',
  '/invitation/..%2f..%2fevil',
  '/account/confirm?session=ses_1&next=//evil.example',
  ' /account',
]

test.each([
  '/account',
  '/account/confirm?session=ses_abcDEF123',
  '/invitation/inv_abcDEF123',
  '/oauth/authorize?client_id=edgewise-console&state=%2F%2Fx',
])('%s is a place to return to', (place) => {
  expect(returnTo(place)).toBe(place)
})

test.each(TRICKS)('%j is not', (trick) => {
  expect(returnTo(trick)).toBe('/account')
})

test('whatever is asked, a browser stays on our own pages', () => {
  const piece = fc.constantFrom(
    ...['/', '\\', '//', ':', '@', '?', '#', '%2f', '\n', '\t', '.', '..', 'account', 'oauth'],
    ...['authorize', 'invitation', 'evil.example', 'https', 'javascript', ' ', '\u0000', 'ses_1'],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, isOauth) => {
      const asked = (isOauth ? '/oauth/authorize?' : '') + pieces.join('')
      const url = new URL(returnTo(asked), ORIGIN)
      expect(url.origin).toBe(ORIGIN)
      expect(url.pathname).toMatch(
        /^\/(account|account\/confirm|oauth\/authorize|invitation\/[\w-]+)$/,
      )
    }),
    { numRuns: 5_000 },
  )
})
