import { expect, test } from 'vitest'
import { accountGuardName, addressGuardName, lockoutKindOf } from './guard-names.ts'

test('an account has one guard however its address is typed, and its name does not tell the address', async () => {
  const name = await accountGuardName('ada@engines.example')
  expect(name).toMatch(/^account:[0-9a-f]{64}$/)
  expect(await accountGuardName(' Ada@Engines.example ')).toBe(name)
  expect(await accountGuardName('bob@engines.example')).not.toBe(name)
  expect(lockoutKindOf(name)).toBe('account')
})

test('an IPv4 address has its own guard, also when it is written as IPv6', () => {
  expect(addressGuardName('203.0.113.7')).toBe('address:203.0.113.7')
  expect(addressGuardName('::ffff:203.0.113.7')).toBe('address:203.0.113.7')
  expect(addressGuardName('203.0.113.8')).toBe('address:203.0.113.8')
  expect(lockoutKindOf(addressGuardName('203.0.113.7'))).toBe('address')
})

test('all of an IPv6 /64 shares a guard', () => {
  const name = addressGuardName('2001:db8:1:2::1')
  expect(name).toBe('address:20010db800010002/64')
  expect(addressGuardName('2001:db8:1:2:ffff:ffff:ffff:ffff')).toBe(name)
  expect(addressGuardName('2001:DB8:1:2:0:0:0:9')).toBe(name)
  expect(addressGuardName('2001:db8:1:3::1')).not.toBe(name)
})

test('what is no address shares a guard', () => {
  expect(addressGuardName('')).toBe('address:unknown')
  expect(addressGuardName('203.0.113.7, 10.0.0.1')).toBe('address:unknown')
})
