import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type LockAttempt, takeFolderLock } from '#backend/lock/folder-lock.ts'
import { StartError } from './options.ts'
import { closeToOthers, makePrivateFolder } from './private-folder.ts'
import { newStartMark, type StartMark } from './start-mark.ts'
import { readState, type State } from './state.ts'

const LOCK_FILE = 'lock.json'
const FOLDERS = ['store', 'edge', 'console'] as const
const MAILBOX_FILE = 'mailbox.jsonl'
const FILES = [LOCK_FILE, 'state.json', 'ready.json', MAILBOX_FILE]

export interface Home {
  dir: string
  /** Where each part keeps its data. */
  folders: Record<(typeof FOLDERS)[number], string>
  /** Where mail is kept that would have been sent. */
  mailboxFile: string
  mark: StartMark
  state: State
  save(state: State): void
  writeReady(ready: Record<string, unknown>): void
  release(): void
}

/**
 * Opens the data folder for this process alone, and closes it to other users.
 *
 * @throws StartError when it cannot be written, is in use, or holds a file that cannot be read
 */
export async function openHome(path: string): Promise<Home> {
  const dir = resolve(path)
  const lock = await takeLock(dir)
  try {
    return openLocked(dir, lock.release)
  } catch (error) {
    lock.release()
    throw error instanceof StartError ? error : notWritable(dir, error)
  }
}

function openLocked(dir: string, unlock: () => void): Home {
  const file = (name: string) => join(dir, name)
  const state = readState(file('state.json'))
  // Not where somebody chose a folder that holds other things: those may be for others to read.
  if (readdirSync(dir).every(isOurs)) closeToOthers(dir)
  for (const name of FOLDERS) makePrivateFolder(file(name))
  const home: Home = {
    dir,
    folders: { store: file('store'), edge: file('edge'), console: file('console') },
    mailboxFile: file(MAILBOX_FILE),
    mark: newStartMark(dir),
    state,
    save(next) {
      home.state = next
      writeAtomically(file('state.json'), JSON.stringify(next, null, 2))
    },
    writeReady(ready) {
      writeAtomically(file('ready.json'), `${JSON.stringify(ready, null, 2)}\n`)
    },
    release() {
      rmSync(file('ready.json'), { force: true })
      unlock()
    },
  }
  home.save(state)
  return home
}

/** With what a crash leaves half written beside a file, named after it. */
const isOurs = (name: string): boolean =>
  FOLDERS.some((folder) => folder === name) ||
  FILES.some((file) => name === file || name.startsWith(`${file}.`))

async function takeLock(dir: string): Promise<{ release(): void }> {
  let attempt: LockAttempt
  try {
    attempt = await takeFolderLock(dir, LOCK_FILE)
  } catch (error) {
    throw notWritable(dir, error)
  }
  if (attempt.kind === 'taken') return attempt
  const holder = attempt.pid === null ? '' : ` (process ${attempt.pid})`
  throw new StartError(
    `Edgewise is already running on ${dir}${holder}; stop it first, or set EDGEWISE_HOME to another folder.`,
  )
}

function notWritable(dir: string, error: unknown): StartError {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return new StartError(
    `The data folder ${dir} cannot be written${code}; set EDGEWISE_HOME to one that can.`,
  )
}

function writeAtomically(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text, { mode: 0o600 })
  renameSync(`${path}.tmp`, path)
}
