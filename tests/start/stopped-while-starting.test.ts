import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newHome, removeHome } from '#tests/platform/spawned-platform.ts'
import { type LaunchedStart, launchStart } from './launched-start.ts'
import { holdersOf, inGroup, workerdsOf } from './processes.ts'

const POLL = { timeout: 60_000, interval: 5 }

let home: string
let start: LaunchedStart

beforeEach(async () => {
  home = await newHome()
})

afterEach(async () => {
  start.kill()
  await removeHome(home)
})

const launch = (...args: string[]) => {
  start = launchStart(home, ['--port', '0', ...args])
  return start
}

/** As `kill` does with a process id, and as a terminal does at Ctrl-C, which tells the children too. */
const STOP = {
  SIGTERM: () => process.kill(start.pid, 'SIGTERM'),
  'Ctrl-C': () => process.kill(-start.pid, 'SIGINT'),
} as const

const BARE = ['--no-demo', '--no-console']

async function expectNothingLeft(): Promise<void> {
  const { code, output } = await start.ended
  expect(inGroup(start.pid)).toEqual([])
  expect(holdersOf(home)).toEqual([])
  const files = (await readdir(home)).filter((name) => name !== 'state.json')
  expect(files.toSorted()).toEqual(['console', 'edge', 'store'])
  expect(output).toMatch(/Stopping; all data stays in place\.$/)
  expect(code).toBe(0)
}

/** Each costs seconds of a start; the gate tries the two that left something behind, the soak all. */
const SHORT = [
  ['SIGTERM', 'Starting the store', BARE],
  ['SIGTERM', 'Starting the console', ['--no-demo']],
] as const
const MOMENTS = process.env.SOAK
  ? ([
      ...SHORT,
      ['SIGTERM', 'Building the Worker', BARE],
      ['Ctrl-C', 'Starting the store', BARE],
      ['SIGTERM', 'Adding demo data', ['--no-console']],
    ] as const)
  : SHORT

describe('a start that is told to stop leaves nothing running, and no lock', () => {
  test.each(MOMENTS)('by %s while it says %j', async (by, step, args) => {
    await launch(...args).said(step)
    STOP[by]()
    await expectNothingLeft()
  })

  test.each(process.env.SOAK ? (['SIGTERM', 'Ctrl-C'] as const) : (['SIGTERM'] as const))(
    'by %s when workerd has just been spawned',
    async (by) => {
      launch(...BARE)
      await expect.poll(() => workerdsOf(start.pid), POLL).toHaveLength(1)
      STOP[by]()
      await expectNothingLeft()
    },
  )
})
