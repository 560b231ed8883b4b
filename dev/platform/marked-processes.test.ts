import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { isRunning } from '#backend/lock/process-identity.ts'
import { parsePs } from './environments.ts'
import { endMarked, markedProcesses } from './marked-processes.ts'
import { MARK_VARIABLE } from './start-mark.ts'

const PATIENCE_MS = 10_000
const FOREVER = 'setInterval(() => {}, 1000)'
/** Brings up another one whenever its child is killed, as Miniflare does with workerd. */
const REVIVING = `
  const { spawn } = require('node:child_process')
  const revive = () => {
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(FOREVER)}])
    child.once('spawn', () => console.log(child.pid)).once('exit', revive)
  }
  revive()
`

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

async function run(script: string, mark: string | undefined, args: string[] = []): Promise<number> {
  const child = spawn(process.execPath, ['-e', script, '--', ...args], {
    env: { ...process.env, [MARK_VARIABLE]: mark },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.push(child)
  await once(child, 'spawn')
  return child.pid ?? 0
}

test('a start’s processes are found by their mark: theirs, and no other start’s or folder’s', async () => {
  const mine = await run(FOREVER, '8-77/first')
  const later = await run(FOREVER, '8-77/second')
  await run(FOREVER, '8-777/first')
  await run(FOREVER, undefined)
  await run(FOREVER, undefined, [`${MARK_VARIABLE}=8-77/first`])
  await expect.poll(() => markedProcesses('8-77/').toSorted()).toEqual([mine, later].toSorted())
  expect(markedProcesses('8-77/first')).toEqual([mine])
})

test('all of them end, also one that was brought up meanwhile, and strangers live on', async () => {
  const reviving = await run(REVIVING, '8-78/first')
  const stranger = await run(FOREVER, '8-79/first')
  const output = started[0]?.stdout
  if (!output) throw new Error('It has no output.')
  const [line] = await once(output, 'data')
  process.kill(Number(String(line)), 'SIGKILL')
  await once(output, 'data')
  expect(markedProcesses('8-78/')).toHaveLength(2)
  expect(await endMarked('8-78/first', PATIENCE_MS)).toEqual([])
  await expect.poll(() => isRunning(reviving)).toBe(false)
  expect(isRunning(stranger)).toBe(true)
})

test('what ps lists is read line by line', () => {
  const output =
    '    1 /sbin/launchd\n  345 workerd serve - TZ=UTC EDGEWISE_START=8-77/a HOME=/Users/a b\n'
  expect(parsePs(output).map(({ pid }) => pid)).toEqual([1, 345])
  expect(parsePs(output)[1]?.variables).toContain('EDGEWISE_START=8-77/a')
})
