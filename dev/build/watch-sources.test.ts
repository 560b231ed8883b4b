import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { watchSources } from './watch-sources.ts'

const SOON = { timeout: 10_000 }

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'edgewise-watch-'))
  mkdirSync(join(dir, 'inner'))
  writeFileSync(file(), 'begin')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const file = () => join(dir, 'inner', 'source.ts')

test('what is saved is worked on, however an editor saves it', async () => {
  let seen = 'nothing yet'
  const watching = watchSources([dir], async () => {
    seen = readFileSync(file(), 'utf8')
  })
  const saved = async (text: string, save: () => void) => {
    // The clock of a file system may stand still for some milliseconds.
    await expect.poll(() => Date.now() - newestSave, SOON).toBeGreaterThan(20)
    save()
    newestSave = Date.now()
    await expect.poll(() => seen, SOON).toBe(text)
  }
  let newestSave = Date.now()
  const byRenaming = (text: string) => () => {
    writeFileSync(`${file()}.new`, text)
    renameSync(`${file()}.new`, file())
  }
  await saved('in place', () => writeFileSync(file(), 'in place'))
  await saved('renamed', byRenaming('renamed'))
  await saved('in place again', () => writeFileSync(file(), 'in place again'))
  await watching.stop()
})
