import { expect, test } from 'vitest'
import type { z } from 'zod'
import { METHODS, type ParsedInput } from '#rpc/contract.ts'
import { KEY_METHODS } from '#rpc/keys.ts'
import { PEOPLE_METHODS } from '#rpc/people.ts'
import { SSO_METHODS } from '#rpc/sso.ts'
import { MAX_REASON_CHARS, REASON_HEADER, readReason } from '#shared/audit/reason.ts'
import type { EdgeSource } from './edge/ask-edge.ts'
import { keyHandlers } from './keys/key-handlers.ts'
import { peopleHandlers } from './people/people-handlers.ts'
import { ssoHandlers } from './sso/sso-handlers.ts'

const REASON = 'Olivia says so, and so does the works council'

/** One call of each method that takes something away. */
const CALLS = {
  'keys.revoke': { id: 'key_1', reason: REASON },
  'apps.revoke': { id: 'app_1', reason: REASON },
  'people.changeMember': { userId: 'usr_1', change: { active: false }, reason: REASON },
  'people.deleteRole': { id: 'editor', reason: REASON },
  'people.askSecondFactor': { roles: ['*'], reason: REASON },
  'sso.change': { id: 'sso_1', change: { disabled: true }, reason: REASON },
  'sso.changeDomain': { id: 'sso_1', domain: 'a.example', wish: 'gone', reason: REASON },
  'sso.delete': { id: 'sso_1', reason: REASON },
} satisfies { [M in keyof typeof METHODS]?: ParsedInput<M> }

/** An edge that says yes, and what it was told: method and reason of each request. */
const agreeingEdge = () => {
  const told: { method: string | undefined; reason: string | null; body: unknown }[] = []
  const edge: EdgeSource = {
    edgeUrl: 'https://edge.example.com',
    identity: {
      proof: async () => ({ kind: 'bearer', token: 'token-1' }),
      confirmUrl: null,
      refused: async () => false,
    },
    fetch: async (_url, init) => {
      const reason = new Headers(init?.headers).get(REASON_HEADER)
      told.push({ method: init?.method, reason, body: init?.body })
      return Response.json({ data: [] })
    },
  }
  return { edge, told }
}

const takesReason = ([, { input }]: [string, { input: z.ZodType }]): boolean =>
  'shape' in input && 'reason' in Object(input.shape)

test('every method of people, keys and company sign-in that takes a reason is called below', () => {
  const methods = { ...PEOPLE_METHODS, ...KEY_METHODS, ...SSO_METHODS }
  const taking = Object.entries(methods).filter(takesReason)
  expect(taking.map(([name]) => name).sort()).toEqual(Object.keys(CALLS).sort())
})

test.each(Object.entries(CALLS))('%s tells the edge why, beside what', async (name, input) => {
  const { edge, told } = agreeingEdge()
  const handlers = {
    ...keyHandlers(edge),
    ...peopleHandlers(edge, () => true),
    ...ssoHandlers(edge, () => true),
  }
  const handler = Object.entries(handlers).find(([each]) => each === name)?.[1] as (
    input: unknown,
  ) => Promise<unknown>
  await handler(input)
  const change = told.at(-1)
  expect(change?.method).not.toBe('GET')
  expect(readReason(change?.reason ?? null)).toEqual({ kind: 'given', reason: REASON })
  expect(String(change?.body)).not.toContain(REASON)
})

test('a reason is optional and bounded as the edge bounds it', () => {
  const { input } = METHODS['keys.revoke']
  expect(input.parse({ id: 'key_1' })).toEqual({ id: 'key_1' })
  const read = (reason: string) => input.safeParse({ id: 'key_1', reason }).success
  expect(read('x'.repeat(MAX_REASON_CHARS))).toBe(true)
  expect(read('x'.repeat(MAX_REASON_CHARS + 1))).toBe(false)
})
