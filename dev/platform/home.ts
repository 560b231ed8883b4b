import { randomBytes } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { StartError } from './options.ts'

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
export function openHome(path: string): Home {
  const dir = resolve(path)
  const file = (name: string) => join(dir, name)
  try {
    mkdirSync(dir, { recursive: true })
    writeFileSync(file('.writable'), '')
    unlinkSync(file('.writable'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new StartError(
      `The data folder ${dir} cannot be written${code}; set EDGEWISE_HOME to one that can.`,
    )
  }
  const leftovers = takeLock(file('lock.json'), dir)
  let state: State
  try {
    state = readState(file('state.json'))
  } catch (error) {
    unlinkSync(file('lock.json'))
    throw error
  }
  const home: Home = {
    dir,
    state,
    leftovers,
    save(next) {
      home.state = next
      writeAtomically(file('state.json'), JSON.stringify(next, null, 2))
    },
    writeChildren(pids) {
      writeAtomically(file('lock.json'), JSON.stringify({ pid: process.pid, children: pids }))
    },
    writeReady(ready) {
      writeAtomically(file('ready.json'), `${JSON.stringify(ready, null, 2)}\n`)
    },
    release() {
      for (const name of ['ready.json', 'lock.json']) {
        try {
          unlinkSync(file(name))
        } catch {
          // Already gone.
        }
      }
    },
  }
  home.save(state)
  return home
}

const Lock = z.object({ pid: z.number().int(), children: z.array(z.number().int()) })

function takeLock(path: string, dir: string): number[] {
  let leftovers: number[] = []
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      closeSync(openSync(path, 'wx', 0o600))
      writeFileSync(path, JSON.stringify({ pid: process.pid, children: [] }))
      return leftovers
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const holder = Lock.safeParse(readJson(path))
    if (holder.success && isAlive(holder.data.pid)) {
      throw new StartError(
        `Edgewise is already running on ${dir} (process ${holder.data.pid}); stop it first, or set EDGEWISE_HOME to another folder.`,
      )
    }
    // Its owner was killed: the lock is void, its children may not be.
    leftovers = holder.success ? holder.data.children : []
    unlinkSync(path)
  }
  throw new StartError(`The lock ${path} is contended; try again.`)
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
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
