import { describe, expect, test } from 'vitest'
import {
  type ConnectionDraft,
  connectionOf,
  emptyConnection,
  withProvider,
} from './connection-draft.ts'

const GIVABLE = ['admin', 'agent']
const empty = emptyConnection(GIVABLE)
const whole: ConnectionDraft = {
  ...empty,
  name: ' Northwind ',
  issuer: 'https://northwind.okta.com',
  clientId: ' edgewise ',
  secret: ' s3cret ',
  domains: '@Northwind.example',
  rules: { by: 'admins', claim: 'groups', map: [], others: 'agent' },
}

describe('another provider', () => {
  test('brings its issuer and its claim, and takes them along when it goes', () => {
    const google = withProvider(empty, 'google')
    expect(google).toMatchObject({ issuer: 'https://accounts.google.com', rules: { by: 'admins' } })
    const entra = withProvider(google, 'entra')
    expect(entra).toMatchObject({ issuer: '', rules: { by: 'claim', claim: 'roles' } })
  })

  test('leaves what was typed', () => {
    const { rules } = empty
    const typed = { ...empty, issuer: 'https://a.example', rules: { ...rules, claim: 'teams' } }
    expect(withProvider(typed, 'google')).toEqual({ ...typed, provider: 'google' })
  })
})

describe('what was entered', () => {
  test('becomes a connection, trimmed', () => {
    expect(connectionOf(whole, GIVABLE)).toEqual({
      name: 'Northwind',
      issuer: 'https://northwind.okta.com',
      clientId: 'edgewise',
      clientSecret: 's3cret',
      domains: ['northwind.example'],
      roleClaim: null,
      roleMap: [],
      defaultRole: 'agent',
    })
  })

  test('needs no secret and no domain', () => {
    const connection = connectionOf({ ...whole, secret: ' ', domains: '' }, GIVABLE)
    expect(connection).toMatchObject({ clientSecret: null, domains: [] })
  })

  test.each<Partial<ConnectionDraft>>([
    { name: ' ' },
    { clientId: '' },
    { issuer: '' },
    { issuer: 'northwind.okta.com' },
    { domains: 'northwind' },
    { rules: { ...whole.rules, others: 'owner' } },
  ])('is no connection yet with %j', (wrong) => {
    expect(connectionOf({ ...whole, ...wrong }, GIVABLE)).toBeNull()
  })
})
