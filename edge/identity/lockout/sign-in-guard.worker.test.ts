import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { accountGuardName, addressGuardName } from './guard-names.ts'
import { FORGOTTEN_AFTER_MS, type Tries } from './lockout.ts'
import type { SignInGuard } from './sign-in-guard.ts'

type Guard = DurableObjectStub<SignInGuard>
let people = 0

async function newAccount(): Promise<Guard> {
  return env.SIGN_IN_GUARD.getByName(await accountGuardName(`p${people++}@guard.example`))
}

async function throughAtOnce(guard: Guard, times: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: times }, () => guard.attempt()))
  return answers.filter(({ kind }) => kind === 'go').length
}

/** As if the last try had been earlier. */
function age(guard: Guard, ms: number): Promise<void> {
  return runInDurableObject(guard, (_, { storage }) => {
    const tries = storage.kv.get<Tries>('tries')
    if (tries) storage.kv.put('tries', { ...tries, lastAt: tries.lastAt - ms })
  })
}

const stored = (guard: Guard) =>
  runInDurableObject(guard, async (_, { storage }) => ({
    tries: storage.kv.get<Tries>('tries'),
    alarm: await storage.getAlarm(),
  }))

test('of a hundred tries at once five get through, whether they are answered or not', async () => {
  const guard = await newAccount()
  expect(await throughAtOnce(guard, 100)).toBe(5)
  expect(await throughAtOnce(guard, 100)).toBe(0)
  await Promise.all(Array.from({ length: 5 }, () => guard.failed()))
  expect(await throughAtOnce(guard, 100)).toBe(0)
  expect(await guard.attempt()).toEqual({ kind: 'wait', seconds: expect.any(Number) })
  await age(guard, 2_000)
  expect(await throughAtOnce(guard, 100)).toBe(1)
})

test('an address has twenty', async () => {
  const guard = env.SIGN_IN_GUARD.getByName(addressGuardName('2001:db8:77::1'))
  expect(await throughAtOnce(guard, 100)).toBe(20)
})

test('the right password makes an account as new', async () => {
  const guard = await newAccount()
  for (let i = 0; i < 4; i++) {
    await guard.attempt()
    await guard.failed()
  }
  expect(await guard.attempt()).toEqual({ kind: 'go' })
  await guard.succeeded()
  expect(await throughAtOnce(guard, 100)).toBe(5)
})

test('one account does not wait for another', async () => {
  const [one, two] = await Promise.all([newAccount(), newAccount()])
  expect(await throughAtOnce(one, 10)).toBe(5)
  expect(await two.attempt()).toEqual({ kind: 'go' })
})

test('an object that starts again remembers', async () => {
  const guard = await newAccount()
  expect(await throughAtOnce(guard, 10)).toBe(5)
  await evictDurableObject(guard)
  expect(await throughAtOnce(guard, 10)).toBe(0)
})

test('those that wait write nothing, and what is stored stays one small value', async () => {
  const guard = await newAccount()
  await throughAtOnce(guard, 5)
  const before = await stored(guard)
  await throughAtOnce(guard, 100)
  expect(await stored(guard)).toEqual(before)
  expect(before.tries?.begun.length).toBe(5)
})

test('a day after the last try nothing is left', async () => {
  const guard = await newAccount()
  await guard.attempt()
  await guard.failed()
  const { alarm } = await stored(guard)
  expect(Math.abs((alarm ?? 0) - Date.now() - FORGOTTEN_AFTER_MS)).toBeLessThan(60_000)
  // Too early: it is put off.
  expect(await runDurableObjectAlarm(guard)).toBe(true)
  expect((await stored(guard)).tries?.failures).toBe(1)
  expect((await stored(guard)).alarm).not.toBeNull()
  await age(guard, FORGOTTEN_AFTER_MS)
  expect(await runDurableObjectAlarm(guard)).toBe(true)
  expect(await stored(guard)).toEqual({ tries: undefined, alarm: null })
})
