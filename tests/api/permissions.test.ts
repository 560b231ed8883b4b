import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { allows, PERMISSIONS, type Permission } from '#edge/keys/permissions.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'
import { call, type Operation, operationsOf, outcomeOf } from './operations.ts'

const GUARD = ['401 key_missing', '401 key_refused', '403 forbidden']

let platform: TestPlatform
let operations: Operation[]
let otherSecretKey: string

beforeAll(async () => {
  platform = await startTestPlatform()
  otherSecretKey = (await platform.addWorkspace('other')).target.secretKey
  operations = await operationsOf(platform.edge.url)
})

afterAll(() => platform.stop())

const PermissionName = z.enum(Object.keys(PERMISSIONS) as [Permission, ...Permission[]])

/** What the guard says to each operation under these headers; `past` where it lets the call through. */
async function walk(headers: Record<string, string>): Promise<Record<string, string>> {
  const outcomes: [string, string][] = []
  for (const operation of operations) {
    const outcome = await outcomeOf(await call(platform.edge.url, operation, { headers }))
    outcomes.push([operation.id, GUARD.includes(outcome) ? outcome : 'past'])
  }
  return Object.fromEntries(outcomes)
}

function expected(outcomeFor: (permission: Permission) => string): Record<string, string> {
  return Object.fromEntries(
    operations.map(({ id, permission }) => [
      id,
      permission === 'public' ? 'past' : outcomeFor(PermissionName.parse(permission)),
    ]),
  )
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const basic = (key: string) => ({ authorization: `Basic ${btoa(`${key}:`)}` })

test('every route names a permission of the table, and every permission has a route', () => {
  expect(operations.length).toBeGreaterThan(20)
  const unnamed = operations.filter(
    ({ permission }) => !PermissionName.safeParse(permission).success,
  )
  expect(unnamed.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  const named = new Set(operations.map(({ permission }) => permission))
  expect([...named].sort()).toEqual(Object.keys(PERMISSIONS).sort())
})

test('only reading what the edge is and how it fares is public', () => {
  const open = operations.filter(({ permission }) => permission === 'public')
  expect(open.map(({ path }) => path).sort()).toEqual(['/docs', '/healthz', '/openapi.json'])
})

describe('each route', () => {
  test('without a key', async () => {
    expect(await walk({})).toEqual(expected(() => '401 key_missing'))
  })

  test.each([
    ['malformed', 'nonsense'],
    ['of a kind that does not exist', WRITE_KEY.replace('ewk', 'eak')],
    ['of a workspace that does not exist', `esk_nobody_${'x'.repeat(30)}`],
    ['of this workspace, but unknown', `esk_demo_${'x'.repeat(30)}`],
    [
      'a write key that calls itself secret',
      WRITE_KEY.replace('ewk', 'esk').replace('test', 'tesT'),
    ],
  ])('with a key %s', async (_what, key) => {
    expect(await walk(bearer(key))).toEqual(expected(() => '401 key_refused'))
  })

  test.each([
    ['as Bearer', bearer],
    ['as Basic user name', basic],
    ['as X-Write-Key', (key: string) => ({ 'x-write-key': key })],
  ])('with a write key %s', async (_how, headers) => {
    const said = expected((permission) => (allows('write', permission) ? 'past' : '403 forbidden'))
    expect(await walk(headers(WRITE_KEY))).toEqual(said)
  })

  test('with a secret key', async () => {
    expect(await walk(bearer(SECRET_KEY))).toEqual(expected(() => 'past'))
  })

  test('with the secret key of another workspace, which is as good for that one', async () => {
    expect(await walk(bearer(otherSecretKey))).toEqual(expected(() => 'past'))
  })
})

test('a write key opens capture and decisions, and nothing else', async () => {
  const open = Object.entries(await walk(bearer(WRITE_KEY))).filter(([, said]) => said === 'past')
  const paths = open.map(([id]) => operations.find((operation) => operation.id === id)?.path)
  expect(
    paths.filter((path) => !/^\/v1\/(?!score)|^\/(docs|healthz|openapi\.json)$/.test(path ?? '')),
  ).toEqual([])
})
