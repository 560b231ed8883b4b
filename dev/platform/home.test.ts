import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { processIdentity } from '#backend/lock/process-identity.ts'
import { startTogether } from '#backend/testing/start-together.ts'
import { openHome } from './home.ts'

const CONTENDERS = 6
const MODULE = new URL('./home.ts', import.meta.url)

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'edgewise-home-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const write = (name: string, content: unknown) =>
  writeFileSync(join(dir, name), JSON.stringify(content))

const endedProcess = (): number => spawnSync(process.execPath, ['-e', '']).pid

/** What each of many says who open the folder at the same moment: its key, or why not. */
const openTogether = () =>
  startTogether(
    CONTENDERS,
    MODULE,
    `module.openHome(${JSON.stringify(dir)}).then(
      (home) => 'opened ' + home.state.writeKey,
      (error) => error.name + ' ' + error.message,
    )`,
  )

describe('the data folder of a platform', () => {
  test.each([
    ['is new', () => undefined],
    [
      'was left by a start that was killed',
      () => write('lock.json', { pid: endedProcess(), identity: 'boot:1', nonce: 'old' }),
    ],
    ['holds a lock that a crash left half written', () => write('lock.json', '{"pid":')],
  ])(
    'that %s opens for exactly one of many at once, and the others say who has it',
    async (_, before) => {
      before()
      const answers = await openTogether()
      const refused = answers.filter((answer) => !answer.startsWith('opened ewk_demo_'))
      expect(refused).toHaveLength(CONTENDERS - 1)
      for (const answer of refused) {
        expect(answer).toMatch(/^StartError Edgewise is already running on .*; stop it first,/)
      }
    },
  )

  test('keeps its keys from start to start, and nothing else of a start that ended well', async () => {
    const first = await openHome(dir)
    await expect(openHome(dir)).rejects.toThrow(`(process ${process.pid})`)
    first.writeChildren([process.pid])
    first.writeReady({})
    first.release()
    expect(readdirSync(dir)).toEqual(['state.json'])
    const second = await openHome(dir)
    expect(second.state).toEqual(first.state)
    expect(second.leftovers).toEqual([])
    second.release()
  })

  test('names the processes of a killed start that still run, and none that got one’s pid since', async () => {
    const leftover = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    try {
      await once(leftover, 'spawn')
      const pid = leftover.pid ?? 0
      write('children.json', [
        { pid, identity: processIdentity(pid) },
        { pid: process.pid, identity: 'another-boot:1' },
        { pid: endedProcess(), identity: 'another-boot:2' },
      ])
      const home = await openHome(dir)
      expect(home.leftovers).toEqual([pid])
      home.release()
    } finally {
      leftover.kill('SIGKILL')
    }
  })

  test('is free again after its state file was found damaged', async () => {
    write('state.json', { version: 1 })
    for (const _ of [1, 2]) await expect(openHome(dir)).rejects.toThrow('is damaged')
    expect(readdirSync(dir)).toEqual(['state.json'])
  })
})
