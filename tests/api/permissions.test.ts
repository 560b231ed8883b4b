import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { grantedToMember, PermissionName } from '#shared/access/granted.ts'
import {
  needsConfirmation,
  PERMISSIONS,
  type Permission,
  permissionsOfKey,
  permissionsOfRole,
  ROLES,
} from '#shared/access/matrix.ts'
import { apiCaller } from '#tests/identity/api-caller.ts'
import { askToken, BrowserOverHttp, signIn } from '#tests/identity/browser-over-http.ts'
import { signedByEdge } from '#tests/identity/forge-token.ts'
import { waitFor } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'
import { call, type Operation, operationsOf, outcomeOf } from './operations.ts'

/** All that the guard says; whatever else an operation answers, it was let past. */
const GUARD =
  /^(401 .+|403 (forbidden|not_in_role|step_up_required|people_alone|origin_not_allowed)|5\d\d.*)$/

const REDIRECT = 'http://127.0.0.1/back'
const HOUR_MS = 3_600_000
const PREPARED_WITHIN_MS = 30_000

let platform: TestPlatform
let operations: Operation[]
let otherSecretKey: string

beforeAll(async () => {
  platform = await startTestPlatform()
  otherSecretKey = (await platform.addWorkspace('other')).target.secretKey
  operations = await operationsOf(platform.edge.url)
})

afterAll(() => platform.stop())

/**
 * What the guard says to each operation under these headers; `past` where it lets the call through. Bodies
 * are empty and ids are nobody's, so that what is let past finds nothing to change.
 */
async function walk(headers: Record<string, string>): Promise<Record<string, string>> {
  const outcomes: [string, string][] = []
  for (const operation of operations) {
    const outcome = await answered(operation, headers)
    outcomes.push([operation.id, GUARD.test(outcome) ? outcome : 'past'])
  }
  return Object.fromEntries(outcomes)
}

/** The walk passes by the rebuild as well, and while that prepares the store, some say 503. */
async function answered(operation: Operation, headers: Record<string, string>): Promise<string> {
  let outcome = ''
  await waitFor(
    async () => {
      outcome = await outcomeOf(await call(platform.edge.url, operation, { headers }))
      return outcome !== '503 unavailable'
    },
    PREPARED_WITHIN_MS,
    () => `${operation.id} to be available`,
  )
  return outcome
}

function expected(outcomeFor: (permission: Permission) => string): Record<string, string> {
  return Object.fromEntries(
    operations.map(({ id, permission }) => [
      id,
      permission === 'public' ? 'past' : outcomeFor(PermissionName.parse(permission)),
    ]),
  )
}

/** Past with these permissions, else what the guard says to a key or a person. */
const granted = (permissions: readonly Permission[], otherwise: string) =>
  expected((permission) => (permissions.includes(permission) ? 'past' : otherwise))

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const basic = (key: string) => ({ authorization: `Basic ${btoa(`${key}:`)}` })

/** Somebody new of this role, signed in. */
async function somebody(role: string, workspaceId = 'demo') {
  const person = await platform.addPerson({ role, workspaceId })
  return { person, ...(await signIn(platform.edge.url, person)) }
}

test('every route names a permission of the table, and every permission has a route', () => {
  expect(operations.length).toBeGreaterThan(40)
  const unnamed = operations.filter(
    ({ permission }) => permission !== 'public' && !PermissionName.safeParse(permission).success,
  )
  expect(unnamed.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  const named = new Set(operations.map(({ permission }) => permission))
  expect([...named].sort()).toEqual([...PERMISSIONS, 'public'].sort())
})

test('only reading what the edge is and how it fares is public', () => {
  const open = operations.filter(({ permission }) => permission === 'public')
  expect(open.map(({ path }) => path).sort()).toEqual(['/docs', '/healthz', '/openapi.json'])
})

describe('each route for a key', () => {
  test('without one', async () => {
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
    expect(await walk(headers(WRITE_KEY))).toEqual(
      granted(permissionsOfKey('write'), '403 forbidden'),
    )
  })

  test('with a secret key', async () => {
    expect(await walk(bearer(SECRET_KEY))).toEqual(
      granted(permissionsOfKey('secret'), '403 forbidden'),
    )
  })

  test('with the secret key of another workspace, which is as good for that one', async () => {
    expect(await walk(bearer(otherSecretKey))).toEqual(
      granted(permissionsOfKey('secret'), '403 forbidden'),
    )
  })
})

describe('each route for a person', () => {
  test.each(ROLES)('who is %s', async (role) => {
    const { accessToken } = await somebody(role)
    expect(await walk(bearer(accessToken))).toEqual(
      granted(permissionsOfRole(role), '403 not_in_role'),
    )
  })

  test('of another workspace, which is as good for that one', async () => {
    const { accessToken } = await somebody('owner', 'other')
    expect(await walk(bearer(accessToken))).toEqual(
      granted(permissionsOfRole('owner'), '403 not_in_role'),
    )
  })

  test('with a custom role, whatever was written into its row', async () => {
    const permissions: Permission[] = ['stats:read', 'slots:write', 'keys:write', 'members:write']
    await platform.inControl(
      `INSERT INTO custom_roles (workspace_id, id, name, permissions, created_at) VALUES ('demo', 'campaigns', 'Campaigns', ?, 0)`,
      [JSON.stringify([...permissions, 'sealing:write', 'no-such:permission'])],
    )
    const { accessToken } = await somebody('campaigns')
    const carried = grantedToMember('campaigns', permissions, null)
    // And one's own account, which is everybody's.
    expect(carried).toEqual(['stats:read', 'slots:write', 'me:read', 'me:write', 'keys:write'])
    expect(await walk(bearer(accessToken))).toEqual(granted(carried, '403 not_in_role'))
  })

  test('who proved long ago who they are', async () => {
    const { accessToken, person } = await somebody('owner')
    await platform.inControl('UPDATE sessions SET confirmed_at = ? WHERE user_id = ?', [
      Date.now() - HOUR_MS,
      person.userId,
    ])
    expect(await walk(bearer(accessToken))).toEqual(
      expected((permission) => (needsConfirmation(permission) ? '403 step_up_required' : 'past')),
    )
  })

  test('whose token is expired', async () => {
    const { accessToken } = await somebody('owner')
    const old = await signedByEdge(platform, accessToken, {}, Date.now() - HOUR_MS)
    expect(await walk(bearer(old))).toEqual(expected(() => '401 token_expired'))
  })

  test('whose token was changed in one letter', async () => {
    const { accessToken } = await somebody('owner')
    const [head = '', body = '', signature = ''] = accessToken.split('.')
    const changed = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
    expect(await walk(bearer(`${head}.${body}.${changed}`))).toEqual(
      expected(() => '401 token_refused'),
    )
  })

  test.each([
    ['signed_out', 'UPDATE sessions SET ended_at = 1 WHERE user_id = ?'],
    ['signed_out', 'UPDATE sessions SET expires_at = 1 WHERE user_id = ?'],
    ['deactivated', 'UPDATE users SET deactivated_at = 1 WHERE id = ?'],
    ['not_a_member', 'UPDATE memberships SET deactivated_at = 1 WHERE user_id = ?'],
    ['not_a_member', 'DELETE FROM memberships WHERE user_id = ?'],
    ['role_removed', "UPDATE memberships SET role = 'no-such-role' WHERE user_id = ?"],
  ])('who is %s', async (code, sql) => {
    const { accessToken, person } = await somebody('owner')
    await platform.inControl(sql, [person.userId])
    expect(await walk(bearer(accessToken))).toEqual(expected(() => `401 ${code}`))
  })

  test('who signed out', async () => {
    const { accessToken, refreshToken } = await somebody('owner')
    const form = { client_id: 'edgewise-console', token: refreshToken }
    expect((await askToken(platform.edge.url, form, 'revoke')).status).toBe(200)
    expect(await walk(bearer(accessToken))).toEqual(expected(() => '401 signed_out'))
  })

  test('of whom the workspace demands a second factor they did not give', async () => {
    await platform.addWorkspace('strict')
    const { accessToken } = await somebody('owner', 'strict')
    await platform.inControl(`INSERT INTO workspace_policies VALUES ('strict', '["*"]')`, [])
    expect(await walk(bearer(accessToken))).toEqual(expected(() => '401 second_factor_missing'))
    const person = await platform.addPerson({
      role: 'agent',
      workspaceId: 'strict',
      secondFactor: true,
    })
    const strong = await signIn(platform.edge.url, person)
    expect(await walk(bearer(strong.accessToken))).toEqual(
      granted(permissionsOfRole('agent'), '403 not_in_role'),
    )
  })
})

describe('each route for what a person made', () => {
  const chosen: Permission[] = ['visitors:read', 'stats:read', 'erasures:write', 'audit:read']

  test('a secret key with chosen permissions', async () => {
    const { accessToken } = await somebody('owner')
    const made = await apiCaller(platform.edge.url, accessToken)('POST', 'keys', {
      kind: 'secret',
      name: 'Reports',
      permissions: chosen,
    })
    const { key } = z.object({ key: z.string() }).parse(await made.json())
    expect(await walk(bearer(key))).toEqual(granted(chosen, '403 forbidden'))
  })

  test('an app with few permissions, in the name of somebody who has some of them', async () => {
    const { accessToken } = await somebody('owner')
    const made = await apiCaller(platform.edge.url, accessToken)('POST', 'apps', {
      name: 'Dashboard',
      redirectUris: [REDIRECT],
      permissions: chosen,
    })
    const { clientId } = z.object({ clientId: z.string() }).parse(await made.json())
    const marketer = await platform.addPerson({ role: 'marketer' })
    const browser = new BrowserOverHttp(platform.edge.url)
    await browser.signIn(marketer)
    const app = { clientId, redirectUri: REDIRECT }
    const all = await browser.letIn('demo', app)
    expect(await walk(bearer(all.accessToken))).toEqual(
      granted(['visitors:read', 'stats:read'], '403 not_in_role'),
    )
    const fewer = await browser.letIn('demo', { ...app, scope: 'stats:read audit:read' })
    expect(await walk(bearer(fewer.accessToken))).toEqual(
      granted(['stats:read'], '403 not_in_role'),
    )
  })
})

test('a write key opens capture and decisions, and nothing else', async () => {
  const open = Object.entries(await walk(bearer(WRITE_KEY))).filter(([, said]) => said === 'past')
  const paths = open.map(([id]) => operations.find((operation) => operation.id === id)?.path)
  expect(
    paths.filter((path) => !/^\/v1\/(?!score)|^\/(docs|healthz|openapi\.json)$/.test(path ?? '')),
  ).toEqual([])
})
