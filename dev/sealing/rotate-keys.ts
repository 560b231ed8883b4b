import { createClient } from '@libsql/client'
import { revokeTokenKeys, rotateSigningKey } from '#edge/identity/signing-keys/key-store.ts'
import { SIGNING_PURPOSES } from '#edge/identity/signing-keys/signing-key.ts'
import { KeyMemory } from '#edge/sealing/key-memory.ts'
import { type KeyRing, keyRing } from '#edge/sealing/key-ring.ts'
import { ownersWithKeys, storeNow, wrappedByKey } from '#edge/sealing/rotation/key-inventory.ts'
import { rewrapDataKeys } from '#edge/sealing/rotation/rewrap-data-keys.ts'
import { type Rotated, rotateDataKey } from '#edge/sealing/rotation/rotate-data-key.ts'
import { SealError } from '#edge/sealing/seal-error.ts'
import { createSealer } from '#edge/sealing/sealer.ts'
import type { StoreClient } from '#edge/store/client.ts'
import {
  HELP,
  parseRotateOptions,
  RotateError,
  type RotateOptions,
  rotateEnvironment,
} from './rotate-options.ts'

type Outcome = 'done' | 'again' | 'wrong'
const EXIT_CODES: Record<Outcome, number> = { done: 0, again: 3, wrong: 1 }
/** Isolates seal with the earlier key for half a minute more, so that a pass may find what the last left. */
const MOST_PASSES = 5

async function rewrap(control: StoreClient, ring: KeyRing): Promise<Outcome> {
  const { rewrapped, unreadable, left } = await rewrapDataKeys(control, ring, (keys) =>
    console.log(`page: ${keys} data keys`),
  )
  console.log(`${rewrapped} data keys are wrapped with ${ring.currentId} now, ${left} are left.`)
  for (const { id, kind } of unreadable)
    console.error(`The data key ${id} cannot be read: ${kind}.`)
  if (unreadable.length > 0) return 'wrong'
  return left === 0 ? 'done' : 'again'
}

async function rotateAll(
  control: StoreClient,
  ring: KeyRing,
  { workspace, olderThanMs }: RotateOptions,
): Promise<Outcome> {
  const madeBefore = (await storeNow(control)) - olderThanMs
  const known = await ownersWithKeys(control)
  if (workspace !== null && !known.includes(workspace)) {
    throw new RotateError(`Nothing was ever sealed for the workspace ${workspace}.`)
  }
  const outcomes: Outcome[] = []
  for (const owner of workspace === null ? known : [workspace]) {
    const rotated = await rotateOwner(control, ring, owner, madeBefore)
    outcomes.push(tell(owner, rotated))
  }
  if (outcomes.includes('wrong')) return 'wrong'
  return outcomes.includes('again') ? 'again' : 'done'
}

async function rotateOwner(
  control: StoreClient,
  ring: KeyRing,
  owner: string,
  madeBefore: number,
): Promise<Rotated> {
  for (let pass = 1; ; pass++) {
    const rotated = await rotateDataKey(control, ring, owner, {
      madeBefore,
      maxPages: Number.POSITIVE_INFINITY,
      onPage: ({ rewritten }) => console.log(`page: ${rewritten} values`),
    })
    if (rotated.left <= rotated.unreadable.length || pass === MOST_PASSES) return rotated
  }
}

function tell(owner: string, { done, left, keysKept, unreadable }: Rotated): Outcome {
  console.log(
    `${owner}: ${left} values still name an earlier data key, ${keysKept} earlier data keys are kept.`,
  )
  for (const { table, column, row, kind } of unreadable) {
    console.error(`${table}.${column} of ${row} cannot be read: ${kind}.`)
  }
  if (unreadable.length > 0) return 'wrong'
  if (!done) console.log(`${owner}: run again in ten minutes; earlier keys are kept so long.`)
  return done ? 'done' : 'again'
}

async function rotateSigning(control: StoreClient, sealingKeys: string): Promise<Outcome> {
  const memory = new KeyMemory()
  const sealer = createSealer({ openControl: () => control, sealingKeys, memory })
  for (const purpose of SIGNING_PURPOSES) {
    const kid = await rotateSigningKey(control, sealer, purpose)
    console.log(
      kid === null
        ? `${purpose}: nothing to do; there is no key yet, or the newest is a few minutes old.`
        : `${purpose}: ${kid} signs in ten minutes; the earlier key verifies for what it signed.`,
    )
  }
  return 'done'
}

async function revokeTokens(control: StoreClient, sealingKeys: string): Promise<Outcome> {
  const sealer = createSealer({ openControl: () => control, sealingKeys, memory: new KeyMemory() })
  const kid = await revokeTokenKeys(control, sealer)
  console.log(
    `access_token: ${kid} is the only key now; what others signed is refused within five minutes.`,
  )
  return 'done'
}

async function status(control: StoreClient, ring: KeyRing): Promise<Outcome> {
  const wrapped = await wrappedByKey(control)
  for (const id of new Set([...ring.keys.keys(), ...wrapped.keys()])) {
    const held = ring.keys.has(id) ? '' : ', and SEALING_KEYS does not hold it'
    console.log(`${id}: wraps ${wrapped.get(id) ?? 0} data keys${held}`)
  }
  return [...wrapped.keys()].every((id) => ring.keys.has(id)) ? 'done' : 'wrong'
}

async function run(argv: readonly string[]): Promise<Outcome> {
  const options = parseRotateOptions(argv)
  if (options === 'help') {
    console.log(HELP)
    return 'done'
  }
  const env = rotateEnvironment(process.env)
  const ring = await keyRing(env.SEALING_KEYS)
  const control = createClient({
    url: env.CONTROL_DB_URL,
    authToken: env.STORE_AUTH_TOKEN,
    intMode: 'number',
  })
  try {
    switch (options.command) {
      case 'status':
        return await status(control, ring)
      case 'key-encryption-key':
        return await rewrap(control, ring)
      case 'data-keys':
        return await rotateAll(control, ring, options)
      case 'signing-keys':
        return await rotateSigning(control, env.SEALING_KEYS)
      case 'revoke-token-keys':
        return await revokeTokens(control, env.SEALING_KEYS)
    }
  } finally {
    control.close()
  }
}

try {
  process.exitCode = EXIT_CODES[await run(process.argv.slice(2))]
} catch (error) {
  const next = error instanceof SealError ? ` ${error.next}` : ''
  console.error(`${error instanceof Error ? error.message : String(error)}${next}`)
  process.exitCode = EXIT_CODES.wrong
}
