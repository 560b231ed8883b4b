import { describe, expect, test } from 'vitest'
import { PROVIDER_NAMES, PROVIDERS, readIssuer } from './providers.ts'

describe('an issuer', () => {
  test.each([
    ['https://company.okta.com', 'https://company.okta.com'],
    ['  https://tenant.auth0.com/ ', 'https://tenant.auth0.com/'],
    [
      'https://company.okta.com/oauth2/default/.well-known/openid-configuration',
      'https://company.okta.com/oauth2/default',
    ],
    ['https://login.microsoftonline.com/0f1e/v2.0', 'https://login.microsoftonline.com/0f1e/v2.0'],
    ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
  ])('%s is taken letter by letter, without the address of its metadata', (text, issuer) => {
    expect(readIssuer(text)).toEqual({ kind: 'issuer', issuer })
  })

  test.each([
    ['company.okta.com', /no address/],
    ['ftp://company.example', /no address/],
    ['https://login.microsoftonline.com/<tenant id>/v2.0', /your own id/],
    ['https://login.microsoftonline.com/common/v2.0', /all companies/],
    ['https://login.microsoftonline.com/organizations', /all companies/],
    ['https://login.company.example/?a=b', /behind a \?/],
    ['https://login.company.example/#a', /behind a \?/],
  ])('%s is none, and it says why', (text, why) => {
    expect(readIssuer(text)).toEqual({ kind: 'invalid', message: expect.stringMatching(why) })
  })

  test('that is not there yet is nothing to complain about', () => {
    expect(readIssuer('  ')).toEqual({ kind: 'empty' })
  })
})

test('a provider’s first issuer and its example without a gap would be taken', () => {
  for (const name of PROVIDER_NAMES) {
    const { issuer, example } = PROVIDERS[name]
    expect(readIssuer(issuer).kind).toBe(issuer === '' ? 'empty' : 'issuer')
    expect(readIssuer(example).kind).toBe(example.includes('<') ? 'invalid' : 'issuer')
  }
})
