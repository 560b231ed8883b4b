import { describe, expect, test } from 'vitest'
import { locksOut, roleNotGivable, touchesRoles } from './decide-change.ts'

const required = (domain: string) => ({ domain, required: true })
const optional = (domain: string) => ({ domain, required: false })

describe('somebody locks themselves out', () => {
  test('who requires their own domain without having come through', () => {
    expect(locksOut([required('a.example')], [], 'me@a.example', false)).toBe('a.example')
    expect(locksOut([required('a.example')], [optional('a.example')], 'me@a.example', false)).toBe(
      'a.example',
    )
  })

  test.each([
    ['has come through', [required('a.example')], [], true],
    ['requires another domain', [required('b.example')], [], false],
    ['does not require it', [optional('a.example')], [], false],
    ['leaves it required', [required('a.example')], [required('a.example')], false],
  ])('but not who %s', (_what, asked, before, cameThrough) => {
    expect(locksOut(asked, before, 'me@a.example', cameThrough)).toBeNull()
  })
})

test('every role of the rules is asked about, the default too', () => {
  const rules = { roleMap: [{ value: 'x', role: 'admin' }], defaultRole: 'owner' }
  expect(roleNotGivable(rules, (role) => role === 'admin')).toBe('owner')
  expect(roleNotGivable(rules, (role) => role === 'owner')).toBe('admin')
  expect(roleNotGivable(rules, () => true)).toBeNull()
})

test.each([
  [{ disabled: true }, false],
  [{}, false],
  [{ disabled: false }, true],
  [{ disabled: true, name: 'x' }, true],
  [{ clientSecret: null }, true],
  [{ domains: [] }, true],
])('%j touches roles: %s', (change, touches) => {
  expect(touchesRoles(change)).toBe(touches)
})
