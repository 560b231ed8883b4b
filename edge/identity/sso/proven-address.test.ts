import { expect, test } from 'vitest'
import { provenAddress } from './proven-address.ts'

const ISSUER = 'https://login.company.example'
const DOMAINS = ['company.example', 'firma.example']
const of = (claims: Record<string, unknown>, issuer = ISSUER) =>
  provenAddress(issuer, claims, DOMAINS)

test('an address that the provider vouches for, of a domain of the connection, is proven', () => {
  expect(of({ email: 'Ada@Firma.Example', email_verified: true })).toEqual({
    kind: 'proven',
    email: 'ada@firma.example',
  })
})

test.each([true, 'true'])('email_verified may be %j', (email_verified) => {
  expect(of({ email: 'ada@company.example', email_verified }).kind).toBe('proven')
})

test.each([false, 'false', 0, 1, 'yes', null, {}, []])('email_verified %j is no word', (said) => {
  const claims = { email: 'ada@company.example', email_verified: said, xms_edov: true }
  expect(of(claims).kind).toBe('unproven')
})

test.each([
  [true, 'proven'],
  ['1', 'proven'],
  [1, 'proven'],
  [false, 'unproven'],
  ['0', 'unproven'],
  [undefined, 'unproven'],
])('without email_verified, xms_edov %j makes it %s', (xms_edov, kind) => {
  expect(of({ email: 'ada@company.example', xms_edov }).kind).toBe(kind)
})

test.each([
  'ada@sub.company.example',
  'ada@company.example.evil.example',
  'ada@evilcompany.example',
  'ada@company.exampl',
])('%s is of another domain', (email) => {
  expect(of({ email, email_verified: true })).toEqual({ kind: 'foreign' })
})

test.each([
  undefined,
  null,
  '',
  'ada',
  '@company.example',
  42,
  ['ada@company.example'],
  'a@b@company.example',
])('%j is no address', (email) => {
  expect(of({ email, email_verified: true })).toEqual({ kind: 'missing' })
})

test('a private Google account with a company’s address is not the company’s', () => {
  const google = 'https://accounts.google.com'
  const claims = { email: 'ada@company.example', email_verified: true }
  expect(of(claims, google).kind).toBe('unproven')
  expect(of({ ...claims, hd: 'firma.example' }, google).kind).toBe('unproven')
  expect(of({ ...claims, hd: 'company.example' }, google).kind).toBe('proven')
})
