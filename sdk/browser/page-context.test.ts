import { expect, test } from 'vitest'
import { optOutOf } from './page-context.ts'

test('GPC and DNT are a no, and their absence is none', () => {
  expect(optOutOf({ globalPrivacyControl: true, doNotTrack: null })).toBe('gpc')
  expect(optOutOf({ doNotTrack: '1' })).toBe('dnt')
  expect(optOutOf({ globalPrivacyControl: false, doNotTrack: '0' })).toBeNull()
  expect(optOutOf({ doNotTrack: 'unspecified' })).toBeNull()
})
