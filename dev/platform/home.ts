import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { type LockAttempt, takeFolderLock } from '#backend/lock/folder-lock.ts'
import { processIdentity } from '#backend/lock/process-identity.ts'
import { StartError } from './options.ts'

const LOCK_FILE = 'lock.json'

/** What must be the same at the next start. Secret, so the file is readable by its owner alone. */
const State = z.object({
  version: z.literal(1),
  storeToken: z.string().min(32),
  signingSecret: z.string().min(32),
  writeKey: z.string().regex(/^ewk_/),
  secretKey: z.string().regex(/^esk_/),
  demoSeeded: z.boolean(),
})
export type State = z.infer<typeof State>

export interface Home {
  dir: string
  state: State
  save(state: State): void
  /** Processes of an earlier start that was killed and may still hold files. */
  leftovers: number[]
  writeChildren(pids: readonly number[]): void
  writeReady(ready: Record<string, unknown>): void
  release(): void
}

/** The workspace that `npm start` makes. */
export const DEMO_WORKSPACE = 'demo'

/**
 * Opens the data folder for this process alone.
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
    throw error
  }
}

function openLocked(dir: string, unlock: () => void): Home {
  const file = (name: string) => join(dir, name)
  const home: Home = {
    dir,
    state: readState(file('state.json')),
    leftovers: runningStill(readJson(file('children.json'))),
    save(next) {
      home.state = next
      writeAtomically(file('state.json'), JSON.stringify(next, null, 2))
    },
    writeChildren(pids) {
      const children = pids.map((pid) => ({ pid, identity: processIdentity(pid) }))
      writeAtomically(file('children.json'), JSON.stringify(children))
    },
    writeReady(ready) {
      writeAtomically(file('ready.json'), `${JSON.stringify(ready, null, 2)}\n`)
    },
    release() {
      for (const name of ['ready.json', 'children.json']) rmSync(file(name), { force: true })
      unlock()
    },
  }
  home.save(home.state)
  return home
}

async function takeLock(dir: string): Promise<{ release(): void }> {
  let attempt: LockAttempt
  try {
    attempt = await takeFolderLock(dir, LOCK_FILE)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new StartError(
      `The data folder ${dir} cannot be written${code}; set EDGEWISE_HOME to one that can.`,
    )
  }
  if (attempt.kind === 'taken') return attempt
  const holder = attempt.pid === null ? '' : ` (process ${attempt.pid})`
  throw new StartError(
    `Edgewise is already running on ${dir}${holder}; stop it first, or set EDGEWISE_HOME to another folder.`,
  )
}

const Children = z.array(z.object({ pid: z.number().int(), identity: z.string().nullable() }))

/** Those whose pid has not passed to a stranger's process since. */
function runningStill(found: unknown): number[] {
  const children = Children.safeParse(found)
  if (!children.success) return []
  return children.data
    .filter(({ pid, identity }) => processIdentity(pid) === identity)
    .map(({ pid }) => pid)
}

function readState(path: string): State {
  const found = readJson(path)
  if (found === undefined) return newState()
  const state = State.safeParse(found)
  if (!state.success) {
    throw new StartError(
      `The state file ${path} is damaged; restore it from a backup, or remove the folder to start anew.`,
    )
  }
  return state.data
}

/** @returns undefined when there is no such file, null when it is not JSON */
function readJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function newState(): State {
  return {
    version: 1,
    storeToken: randomBytes(32).toString('hex'),
    signingSecret: randomBytes(32).toString('hex'),
    writeKey: `ewk_${DEMO_WORKSPACE}_${randomBytes(20).toString('hex')}`,
    secretKey: `esk_${DEMO_WORKSPACE}_${randomBytes(20).toString('hex')}`,
    demoSeeded: false,
  }
}

function writeAtomically(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text, { mode: 0o600 })
  renameSync(`${path}.tmp`, path)
}
