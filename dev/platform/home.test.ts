import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTogether } from '#backend/testing/start-together.ts'
import { openHome } from './home.ts'
import { StartError } from './options.ts'

const CONTENDERS = 6
const MODULE = new URL('./home.ts', import.meta.url)

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'edgewise-home-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const write = (name: string, content: unknown) =>
  writeFileSync(join(dir, name), JSON.stringify(content))

const modeOf = (path: string): number => statSync(path).mode & 0o777

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
    first.writeReady({})
    first.release()
    expect(readdirSync(dir).toSorted()).toEqual(['console', 'edge', 'state.json', 'store'])
    const second = await openHome(dir)
    expect(second.state).toEqual(first.state)
    second.release()
  })

  test('of a version that had no sealing keys gets some at its next start, and keeps them', async () => {
    const first = await openHome(dir)
    first.release()
    const { sealingKeys, ...earlier } = first.state
    write('state.json', earlier)
    const second = await openHome(dir)
    second.release()
    const third = await openHome(dir)
    third.release()
    expect(second.state).toEqual({
      ...earlier,
      sealingKeys: expect.stringMatching(/^k1:[\w-]{43}$/),
    })
    expect(second.state.sealingKeys).not.toBe(sealingKeys)
    expect(third.state).toEqual(second.state)
  })

  test('is for its owner alone, also one that was made otherwise before', async () => {
    const path = join(dir, 'made/by/us')
    const modes = () => ['', 'store', 'edge', 'console'].map((name) => modeOf(join(path, name)))
    const first = await openHome(path)
    first.release()
    expect(modes()).toEqual([0o700, 0o700, 0o700, 0o700])
    for (const name of ['', 'store', 'edge']) chmodSync(join(path, name), 0o755)
    const second = await openHome(path)
    expect(modes()).toEqual([0o700, 0o700, 0o700, 0o700])
    second.release()
  })

  test('stays as open as it is where it holds other things, which may be for others', async () => {
    writeFileSync(join(dir, 'thesis.txt'), '')
    chmodSync(dir, 0o755)
    const home = await openHome(dir)
    expect(['', 'store', 'edge'].map((name) => modeOf(join(dir, name)))).toEqual([
      0o755, 0o700, 0o700,
    ])
    home.release()
  })

  test('has the same mark under another name, and a new one for each start; a copy has another', async () => {
    const path = join(dir, 'here')
    const renamed = join(dir, 'there')
    const copy = join(dir, 'copy')
    const first = await openHome(path)
    first.release()
    cpSync(path, copy, { recursive: true })
    renameSync(path, renamed)
    const [second, other] = [await openHome(renamed), await openHome(copy)]
    expect(second.mark.folder).toBe(first.mark.folder)
    expect(second.mark.start).not.toBe(first.mark.start)
    expect(other.mark.folder).not.toBe(first.mark.folder)
    second.release()
    other.release()
  })

  test('is free again after its state file was found damaged', async () => {
    write('state.json', { version: 1 })
    for (const _ of [1, 2]) await expect(openHome(dir)).rejects.toThrow('is damaged')
    expect(readdirSync(dir)).toEqual(['state.json'])
  })

  test.each([
    ['state.json', /^The state file .*state\.json cannot be read \(EISDIR\); restore it/],
    ['state.json.tmp', /^The data folder .* cannot be written \(EISDIR\); set EDGEWISE_HOME/],
    ['lock.json', /^The data folder .* cannot be written \(EISDIR\); set EDGEWISE_HOME/],
  ])('is refused in a sentence when its %s is a folder', async (name, sentence) => {
    mkdirSync(join(dir, name))
    await expect(openHome(dir)).rejects.toThrow(sentence)
    await expect(openHome(dir)).rejects.toThrow(StartError)
  })

  test('is refused in a sentence when a file is where the store should be', async () => {
    writeFileSync(join(dir, 'store'), '')
    await expect(openHome(dir)).rejects.toThrow(/ cannot be written \(ENOTDIR\); set EDGEWISE_HOME/)
    expect(readdirSync(dir)).toEqual(['store'])
  })
})
