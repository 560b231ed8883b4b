import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FormField, readForm } from './form-capture.ts'

const field = (name: string, value: string, more: Partial<FormField> = {}): FormField => ({
  name,
  value,
  type: 'text',
  autocomplete: '',
  ...more,
})

describe('a form', () => {
  test('says who filled it in, by autocomplete and by name', () => {
    const { fields, traits } = readForm([
      field('f1', ' Ada Example ', { autocomplete: 'name' }),
      field('work_email', 'ada@rivermill.example', { type: 'email' }),
      field('org', 'Rivermill', { autocomplete: 'section-a organization' }),
      field('jobTitle', 'Head of Operations'),
      field('employees', '250', { type: 'number' }),
      field('message', 'Call me on Monday'),
    ])
    expect(fields).toEqual(['f1', 'work_email', 'org', 'jobTitle', 'employees', 'message'])
    expect(traits).toEqual({
      name: 'Ada Example',
      email: 'ada@rivermill.example',
      company: { name: 'Rivermill', employees: 250 },
      title: 'Head of Operations',
    })
  })

  test('without an e-mail address names nobody', () => {
    expect(readForm([field('name', 'Ada'), field('email', 'not an address')]).traits).toBeNull()
  })

  test.each<[string, Partial<FormField>]>([
    ['password', { type: 'password' }],
    ['email', { type: 'hidden' }],
    ['cv', { type: 'file' }],
    ['cardnumber', {}],
    ['cc-name', {}],
    ['cvc', {}],
    ['x', { autocomplete: 'billing cc-number' }],
    ['email', { autocomplete: 'new-password' }],
    ['csrf_token', {}],
    ['iban', {}],
    ['ssn', {}],
    ['otp', { autocomplete: 'one-time-code' }],
  ])('keeps quiet about the field %s %o', (name, more) => {
    const { fields, traits } = readForm([
      field(name, 'ada@secret.example', more),
      field('mail', 'ada@rivermill.example', { autocomplete: 'email' }),
    ])
    expect(fields).toEqual(['mail'])
    expect(traits).toEqual({ email: 'ada@rivermill.example' })
  })

  test('does not mistake a card number for a name', () => {
    const { traits } = readForm([
      field('email', 'ada@rivermill.example'),
      field('name', '4111 1111 1111 1111'),
    ])
    expect(traits).toEqual({ email: 'ada@rivermill.example' })
  })

  test('never sends a value of a field it has no trait for', () => {
    const secret = 'SECRET-4f1c'
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            name: fc.constantFrom('password', 'message', 'phone', 'card', 'note', 'hidden_email'),
            type: fc.constantFrom('text', 'password', 'textarea', 'tel'),
            autocomplete: fc.constantFrom('', 'off', 'cc-csc', 'tel', 'current-password'),
            value: fc.constant(secret),
          }),
        ),
        (fields) => {
          const read = readForm([field('email', 'ada@rivermill.example'), ...fields])
          expect(JSON.stringify(read)).not.toContain(secret)
        },
      ),
    )
  })
})
