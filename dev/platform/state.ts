import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { hasCode } from '#backend/lock/has-code.ts'
import { HISTORY_DAYS } from '#dev/traffic/history-days.ts'
import { StartError } from './options.ts'

/** The workspace that `npm start` makes. */
export const DEMO_WORKSPACE = 'demo'
/** Who signs in to the console of `npm start`; `.example` is nobody's (RFC 2606). */
export const DEMO_EMAIL = 'owner@demo.example'

/** What must be the same at the next start. Secret, so the file is readable by its owner alone. */
const State = z.object({
  version: z.literal(1),
  storeToken: z.string().min(32),
  signingSecret: z.string().min(32),
  /** As the Worker's SEALING_KEYS; earlier versions had none. */
  sealingKeys: z.string().min(32).default(newSealingKeys),
  writeKey: z.string().regex(/^ewk_/),
  secretKey: z.string().regex(/^esk_/),
  demoSeeded: z.boolean(),
  demoPassword: z.string().min(12).default(newPassword),
  /** Days of demo visits that were sent. */
  demoHistoryDays: z.number().default(HISTORY_DAYS),
})
export type State = z.infer<typeof State>

/**
 * The state in a file, or a new one where there is none yet.
 *
 * @throws StartError when there is one that cannot be read: new keys would lock everybody out
 */
export function readState(path: string): State {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return newState()
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw unusable(path, `cannot be read (${reason})`)
  }
  const state = State.safeParse(jsonOrNull(text))
  if (!state.success) throw unusable(path, 'is damaged')
  return state.data
}

const unusable = (path: string, what: string): StartError =>
  new StartError(
    `The state file ${path} ${what}; restore it from a backup, or remove the folder to start anew.`,
  )

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function newSealingKeys(): string {
  return `k1:${randomBytes(32).toString('base64url')}`
}

function newState(): State {
  return {
    version: 1,
    storeToken: randomBytes(32).toString('hex'),
    signingSecret: randomBytes(32).toString('hex'),
    sealingKeys: newSealingKeys(),
    writeKey: `ewk_${DEMO_WORKSPACE}_${randomBytes(20).toString('hex')}`,
    secretKey: `esk_${DEMO_WORKSPACE}_${randomBytes(20).toString('hex')}`,
    demoSeeded: false,
    demoPassword: newPassword(),
    demoHistoryDays: HISTORY_DAYS,
  }
}

function newPassword(): string {
  return randomBytes(9).toString('base64url')
}
