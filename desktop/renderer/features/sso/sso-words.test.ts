import { describe, expect, test } from 'vitest'
import type { RoleRules, SsoConnection, SsoDomain } from '#rpc/sso.ts'
import { connectionState, domainState, rulesWords, startOf, testWords } from './sso-words.ts'

const domain = (partial: Partial<SsoDomain>): SsoDomain => ({
  domain: 'company.example',
  required: false,
  verifiedAt: null,
  record: 'edgewise-verification=x',
  ...partial,
})
const connection = (partial: Partial<SsoConnection>): SsoConnection => ({
  id: 'sso_1',
  name: 'Company',
  issuer: 'https://login.company.example',
  clientId: 'edgewise',
  hasSecret: true,
  redirectUri: 'https://edge.example.com/sso/callback/sso_1',
  domains: [],
  roleClaim: null,
  roleMap: [],
  defaultRole: null,
  disabled: false,
  createdAt: 0,
  ...partial,
})

test.each([
  [{}, 'Not proven'],
  [{ required: true }, 'Not proven'],
  [{ verifiedAt: 1 }, 'Proven'],
  [{ verifiedAt: 1, required: true }, 'Required'],
])('a domain %j is: %s', (partial, label) => {
  expect(domainState(domain(partial)).label).toBe(label)
})

test('of a domain that is required before it is proven it is said that it closes nothing yet', () => {
  expect(domainState(domain({ required: true })).means).toContain('from then on it is required')
})

describe('a connection', () => {
  test('that is off is off, whatever its domains', () => {
    const off = connection({ disabled: true, domains: [domain({ verifiedAt: 1 })] })
    expect(connectionState(off)).toMatchObject({ label: 'Off', tone: 'neutral' })
  })

  test('leads nobody anywhere until a domain is proven', () => {
    expect(connectionState(connection({})).means).toContain('add a domain')
    const waiting = connectionState(connection({ domains: [domain({})] }))
    expect(waiting).toMatchObject({ label: 'Waits for a domain', tone: 'warning' })
    expect(waiting.means).toContain('prove a domain')
  })

  test('that works says for whom', () => {
    const domains = [domain({ verifiedAt: 1 }), domain({ domain: 'other.example' })]
    expect(connectionState(connection({ domains })).means).toBe(
      'People of company.example come in this way.',
    )
  })

  test('begins at a page of the edge', () => {
    expect(startOf(connection({}))).toBe('https://edge.example.com/sso')
  })
})

test.each<[Partial<RoleRules>, string]>([
  [{}, 'Takes in nobody new. Members keep the role that an admin gave them.'],
  [
    { defaultRole: 'agent' },
    'Who is new becomes Agent. Members keep the role that an admin gave them.',
  ],
  [
    { roleClaim: 'groups', roleMap: [{ value: 'it', role: 'admin' }] },
    'By groups, at each sign-in: it → Admin; others are refused.',
  ],
  [
    { roleClaim: 'groups', defaultRole: 'agent' },
    'By groups, at each sign-in: others become Agent.',
  ],
  [
    {
      roleClaim: 'g',
      roleMap: ['a', 'b', 'c', 'd', 'e'].map((value) => ({ value, role: 'agent' })),
    },
    'By g, at each sign-in: a → Agent, b → Agent, c → Agent, d → Agent and 1 more; others are refused.',
  ],
])('rules %j in a line', (rules, words) => {
  expect(rulesWords(connection(rules), [])).toBe(words)
})

describe('a test of the provider', () => {
  test('says where people will sign in, and what it does not know', () => {
    const words = testWords({ kind: 'works', authorizationEndpoint: 'https://a.example/auth' })
    expect(words).toMatchObject({
      isGood: true,
      message: expect.stringContaining('https://a.example/auth'),
      next: expect.stringContaining('first sign-in'),
    })
  })

  test('says in words why nobody answers, also for reasons that it does not know', () => {
    const timeout = testWords({ kind: 'unreachable', reason: 'timeout' })
    expect(timeout.message).toBe('The provider does not answer. It did not answer in time.')
    const other = testWords({ kind: 'unreachable', reason: 'The address is not https.' })
    expect(other.message).toContain('The address is not https.')
  })

  test('of something else than the provider names the usual cause', () => {
    const words = testWords({ kind: 'unfit', reason: 'It writes its issuer in another way.' })
    expect(words.isGood).toBe(false)
    expect(words.message).toContain('It writes its issuer in another way.')
    expect(words.next).toContain('slash at the end')
  })
})
