import { expect, test } from 'vitest'
import { tokenInCookie, visitorCookie, withoutVisitorCookie } from './visitor-cookie.ts'

test('our cookie is found among others and taken out, and a longer name is not ours', () => {
  const header = 'a=1; ew_vid=v.s; ew_vid_old=2; xew_vid=3'
  expect(tokenInCookie(header)).toBe('v.s')
  expect(withoutVisitorCookie(header)).toBe('a=1; ew_vid_old=2; xew_vid=3')
})

test('no cookie at all stays none', () => {
  expect(tokenInCookie(null)).toBeNull()
  expect(withoutVisitorCookie(null)).toBeNull()
  expect(withoutVisitorCookie('ew_vid=v.s')).toBeNull()
})

test('the cookie is readable by the SDK, first-party, for a year, and Secure under https only', () => {
  expect(visitorCookie('v.s', true)).toBe(
    'ew_vid=v.s; Path=/; Max-Age=31536000; SameSite=Lax; Secure',
  )
  expect(visitorCookie('v.s', false)).not.toContain('Secure')
})
