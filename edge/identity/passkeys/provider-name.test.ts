import { expect, test } from 'vitest'
import { passkeyName } from './provider-name.ts'

test('a new passkey is called as its provider, and where that is unknown as the device', () => {
  const named = (aaguid: string) => passkeyName(aaguid, 'Firefox on Linux')
  expect(named('ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4')).toBe('Google Password Manager')
  expect(named('00000000-0000-0000-0000-000000000000')).toBe('Firefox on Linux')
})
