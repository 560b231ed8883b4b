import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Sealer } from '#edge/sealing/sealer.ts'
import { clientSecretOf, isolateOver } from '#edge/sealing/sealing.fixture.ts'
import {
  SEALING_KEYS,
  startTestPlatform,
  type TestPlatform,
} from '#tests/platform/faulty-platform.ts'
import { signIn } from './browser-over-http.ts'
import { addConnection } from './control-database.ts'

const Rotation = z.object({
  done: z.boolean(),
  rewritten: z.number(),
  left: z.number(),
  keysKept: z.number(),
  unreadable: z.number(),
})

let platform: TestPlatform
let control: Client
/** Sealing is an owner's; no key carries it. */
let owner: string

beforeAll(async () => {
  platform = await startTestPlatform()
  await platform.addWorkspace('other')
  control = createClient({
    url: `file:${join(platform.storeDir, 'control.db')}`,
    intMode: 'number',
  })
  owner = (await signIn(platform.edge.url, await platform.addPerson({ role: 'owner' }))).accessToken
})

afterAll(async () => {
  control.close()
  await platform.stop()
})

const isolate = (): Sealer => isolateOver(() => control, SEALING_KEYS)

const sealedOf = async (id: string): Promise<string> => {
  const { rows } = await control.execute({
    sql: 'SELECT sealed_client_secret AS sealed FROM sso_connections WHERE id = ?',
    args: [id],
  })
  return String(rows[0]?.sealed)
}

async function rotate() {
  const answer = await fetch(`${platform.edge.url}/api/v1/sealing/rotate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner}` },
  })
  expect(answer.status).toBe(200)
  return Rotation.parse(await answer.json())
}

/** As if so much time had passed since the keys were made and retired. */
const passHours = (hours: number) =>
  control.execute({
    sql: 'UPDATE data_keys SET created_at = created_at - ?1, retired_at = retired_at - ?1',
    args: [hours * 3_600_000],
  })

test('the running edge renews the key of its caller’s workspace, call by call, and no other', async () => {
  for (const [workspaceId, id] of [
    ['demo', 'c1'],
    ['other', 'o1'],
  ] as const) {
    await addConnection(control, isolate(), workspaceId, id, `secret of ${id}`)
  }
  await passHours(2)
  const [own, others] = [await sealedOf('c1'), await sealedOf('o1')]

  expect(await rotate()).toEqual({ done: false, rewritten: 1, left: 0, keysKept: 1, unreadable: 0 })
  const renewed = await sealedOf('c1')
  expect(renewed).not.toBe(own)
  // The same rotation, not another.
  expect(await rotate()).toEqual({ done: false, rewritten: 0, left: 0, keysKept: 1, unreadable: 0 })
  expect(await sealedOf('c1')).toBe(renewed)

  await control.execute('UPDATE data_keys SET retired_at = retired_at - 600000')
  expect(await rotate()).toEqual({ done: true, rewritten: 0, left: 0, keysKept: 0, unreadable: 0 })
  expect(await isolate().open(clientSecretOf('demo', 'c1'), renewed)).toBe('secret of c1')
  expect(await sealedOf('o1')).toBe(others)
})

test('a store whose keys this edge cannot open is told as not available, with nothing of it in the answer', async () => {
  await passHours(2)
  await control.execute(
    `UPDATE data_keys SET wrapped_key = replace(wrapped_key, '.test.', '.lost.')`,
  )
  const answer = await fetch(`${platform.edge.url}/api/v1/sealing/rotate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner}` },
  })
  expect(answer.status).toBe(503)
  expect(await answer.text()).toMatch(
    /SEALING_KEYS does not hold the key lost.*Put the earlier key back/,
  )
})
