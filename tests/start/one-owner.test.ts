import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isRunning } from '#backend/lock/process-identity.ts'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  newHome,
  removeHome,
  type SpawnedPlatform,
  spawnPlatform,
} from '#tests/platform/spawned-platform.ts'
import { holdersOf, inGroup, workerdsOf } from './processes.ts'

const BARE = ['--no-demo', '--no-console']
const POLL = { timeout: 30_000 }

let home: string
const groups: number[] = []

beforeEach(async () => {
  home = await newHome()
})

afterEach(async () => {
  for (const { pid } of groups.splice(0).flatMap(inGroup)) process.kill(pid, 'SIGKILL')
  await removeHome(home)
})

async function start(): Promise<SpawnedPlatform> {
  const platform = await spawnPlatform(home, BARE)
  groups.push(platform.ready.pid)
  return platform
}

/** Kills workerd and waits until Miniflare has brought up another, which nobody was told of. */
async function replaceWorkerd({ ready }: SpawnedPlatform): Promise<number> {
  const [before] = workerdsOf(ready.pid)
  if (before === undefined) throw new Error('There is no workerd.')
  process.kill(before, 'SIGKILL')
  await expect
    .poll(() => workerdsOf(ready.pid).filter((pid) => pid !== before), POLL)
    .toHaveLength(1)
  const [after] = workerdsOf(ready.pid)
  if (after === undefined) throw new Error('Miniflare brought up no other workerd.')
  await expect
    .poll(() => fetch(`${ready.edge}/healthz`).then(({ ok }) => ok, String), POLL)
    .toBe(true)
  return after
}

/** Sends an event twice, as a client does that got no answer; the store must have it once. */
async function captureTwice(platform: SpawnedPlatform, messageId: string): Promise<void> {
  const edge = new EdgeClient({ ...platform.ready })
  const event = { anonymousId: 'visitor', messageId, event: 'Sent' }
  expect((await edge.capture('track', event)).status).toBe(200)
  expect((await edge.capture('track', event)).status).toBe(200)
  await edge.settled()
  const { data } = await edge.get<{ data: { verdict: string }[] }>(
    `/api/v1/events?messageId=${messageId}`,
  )
  expect(data.filter(({ verdict }) => verdict === 'accepted')).toHaveLength(1)
}

describe('the object storage has one owner', () => {
  test('when the platform is killed after its workerd was replaced: all of it ends', async () => {
    const first = await start()
    await replaceWorkerd(first)
    process.kill(first.ready.pid, 'SIGKILL')
    await expect.poll(() => inGroup(first.ready.pid), POLL).toEqual([])
    expect(holdersOf(home)).toEqual([])
  })

  test('when not even the guardian was left to end the replaced workerd: the next start does', async () => {
    const first = await start()
    await captureTwice(first, 'before')
    const left = await replaceWorkerd(first)
    for (const { pid } of inGroup(first.ready.pid)) if (pid !== left) process.kill(pid, 'SIGKILL')
    await expect.poll(() => inGroup(first.ready.pid).map(({ pid }) => pid), POLL).toEqual([left])

    const second = await start()
    // Ended it is; until its foster parent asks how, the system still has its pid.
    await expect.poll(() => isRunning(left), POLL).toBe(false)
    await captureTwice(second, 'before')
    await captureTwice(second, 'after')
    expect(workerdsOf(second.ready.pid)).toHaveLength(1)
    expect(holdersOf(join(home, 'edge'))).toEqual(workerdsOf(second.ready.pid))
    await second.stop()
    expect(holdersOf(home)).toEqual([])
  })

  // Left to the soak: two starts more, and each costs the gate ten seconds.
  const inSoak = process.env.SOAK ? test : () => {}
  inSoak(
    'when the next start comes while the guardian of a killed one is at work; strangers who got the pid of an old one live on',
    async () => {
      const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
      try {
        await once(stranger, 'spawn')
        const old = { pid: stranger.pid, identity: 'another-boot:1', nonce: 'old' }
        await writeFile(join(home, 'lock.json'), JSON.stringify(old))
        const first = await start()
        process.kill(first.ready.pid, 'SIGKILL')
        const second = await start()
        await captureTwice(second, 'after')
        expect(inGroup(first.ready.pid)).toEqual([])
        expect(holdersOf(join(home, 'edge'))).toEqual(workerdsOf(second.ready.pid))
        await second.stop()
        expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null])
      } finally {
        stranger.kill('SIGKILL')
      }
    },
  )
})
