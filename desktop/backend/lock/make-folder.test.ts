import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

/** Far more than a process needs to start and fail. */
const NEVER_AFTER_MS = 10_000
const MODULE = new URL('./make-folder.ts', import.meta.url)

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'make-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('making a folder', () => {
  test('makes every missing level for its owner alone, and does not mind that it is there', () => {
    for (const _ of [1, 2]) makeFolder(join(folder, 'a/b/c'))
    for (const level of ['a', 'a/b', 'a/b/c']) {
      expect(statSync(join(folder, level)).mode & 0o777).toBe(0o700)
    }
  })

  test.each(['file', 'file/inside', 'file/far/inside'])(
    'is refused where a file is: %s',
    (path) => {
      writeFileSync(join(folder, 'file'), '')
      expect(() => makeFolder(join(folder, path))).toThrow('ENOTDIR')
    },
  )

  test.runIf(existsSync('/proc/self'))('is refused below /proc, at once', () => {
    const script = `
      const { makeFolder } = await import(${JSON.stringify(MODULE.href)})
      try { makeFolder('/proc/nope/deeper') } catch (error) { console.log(error.code) }
    `
    const { stdout } = spawnSync(
      process.execPath,
      ['--input-type=module-typescript', '-e', script],
      { encoding: 'utf8', timeout: NEVER_AFTER_MS, killSignal: 'SIGKILL' },
    )
    expect(stdout).toMatch(/^(ENOENT|EACCES|EPERM)\n$/)
  })
})
