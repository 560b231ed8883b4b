import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConsoleError } from '../console-error.ts'
import { startTogether } from '../testing/start-together.ts'
import { acquireDataLock } from './data-lock.ts'
import { processIdentity } from './process-identity.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const lockPath = () => join(folder, 'console.lock')
const writeLock = (holder: unknown) =>
  writeFileSync(lockPath(), typeof holder === 'string' ? holder : JSON.stringify(holder))

const refusal = async (): Promise<ConsoleError> => {
  const result = await acquireDataLock(folder).catch((error: unknown) => error)
  if (!(result instanceof ConsoleError)) throw new Error('expected the lock to be refused')
  return result
}

const endedProcess = (): number => spawnSync(process.execPath, ['-e', '']).pid

describe('the lock on the data folder', () => {
  test('is taken, refused to a second taker, and free again after release', async () => {
    const first = await acquireDataLock(folder)
    expect((await refusal()).message).toContain(`process ${process.pid}`)
    first.release()
    expect(existsSync(lockPath())).toBe(false)
    const second = await acquireDataLock(folder)
    second.release()
  })

  test('names the other process that runs', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    try {
      await once(other, 'spawn')
      const pid = other.pid ?? 0
      writeLock({ pid, identity: processIdentity(pid), nonce: 'other' })
      const error = await refusal()
      expect(error.kind).toBe('busy')
      expect(error.message).toContain(`process ${pid}`)
      expect(error.message).toContain(folder)
    } finally {
      other.kill('SIGKILL')
    }
  })

  test('is taken over from a process that ended', async () => {
    writeLock({ pid: endedProcess(), identity: 'boot:1', nonce: 'old' })
    const lock = await acquireDataLock(folder)
    lock.release()
    expect(readdirSync(folder)).toEqual([])
  })

  test.runIf(processIdentity(1) !== null)(
    'is taken over when its pid now belongs to a later process',
    async () => {
      writeLock({ pid: 1, identity: 'another-boot:1', nonce: 'old' })
      const lock = await acquireDataLock(folder)
      lock.release()
    },
  )

  test('is taken over from a former process with our own pid', async () => {
    writeLock({ pid: process.pid, identity: 'another-boot:1', nonce: 'old' })
    const lock = await acquireDataLock(folder)
    lock.release()
  })

  test.each([[''], ['{"pid":'], ['[]']])(
    'is taken over when a crash left it half written: %j',
    async (text) => {
      writeLock(text)
      const lock = await acquireDataLock(folder)
      lock.release()
    },
  )

  test('goes to exactly one of many that find a stale one at once', async () => {
    writeLock({ pid: endedProcess(), identity: 'boot:1', nonce: 'old' })
    const answers = await startTogether(
      4,
      new URL('./data-lock.ts', import.meta.url),
      `module.acquireDataLock(${JSON.stringify(folder)}).then(() => 'got', () => 'busy')`,
    )
    expect(answers.toSorted()).toEqual(['busy', 'busy', 'busy', 'got'])
  })

  test('says so when the folder cannot be written', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const error = await acquireDataLock(join(file, 'inside')).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConsoleError)
    expect(error).toMatchObject({ kind: 'storage' })
  })
})
