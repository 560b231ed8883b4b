import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { PlatformError } from './platform-error.ts'

/** Where the edge is, and the key that is sent to it and to nobody else. */
export interface EdgeAccess {
  /** Origin without a slash at the end. */
  url: string
  secretKey: string
}

/** What `npm start` leaves in its data folder while it runs. */
const Ready = z.object({ edge: z.string(), secretKey: z.string() })

const KEY_VARIABLE = 'EDGEWISE_SECRET_KEY'
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Without an address: the platform that runs on this machine, by its data folder. With one: that edge, and a
 * key from the environment, for what stands on a command line is seen by everybody on the machine.
 *
 * @throws PlatformError `not_running`, `no_key`, `not_safe`
 */
export async function edgeAccess(
  edge: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<EdgeAccess> {
  if (edge === undefined) return runningHere(env.EDGEWISE_HOME || '.edgewise')
  const secretKey = env[KEY_VARIABLE]
  if (!secretKey) {
    throw new PlatformError(
      'no_key',
      `There is no key for ${edge}.`,
      `Set ${KEY_VARIABLE} to a secret key (esk_…) of the workspace.`,
    )
  }
  return { url: originOf(edge), secretKey }
}

function originOf(edge: string): string {
  const next = 'Give its address, such as --edge https://edge.example.com.'
  if (!URL.canParse(edge)) {
    throw new PlatformError('not_running', `${edge} is no address of an edge.`, next)
  }
  const { protocol, hostname, origin } = new URL(edge)
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname))) return origin
  throw new PlatformError(
    'not_safe',
    `The secret key would go to ${hostname} in the open.`,
    'Use an https address; http is for this machine alone.',
  )
}

async function runningHere(home: string): Promise<EdgeAccess> {
  try {
    const ready = Ready.parse(JSON.parse(await readFile(join(home, 'ready.json'), 'utf8')))
    return { url: new URL(ready.edge).origin, secretKey: ready.secretKey }
  } catch {
    throw notRunning(`No Edgewise runs on ${home}.`)
  }
}

export const notRunning = (reason: string): PlatformError =>
  new PlatformError(
    'not_running',
    reason,
    'Start it with npm start, set EDGEWISE_HOME to its data folder, or name an edge with --edge.',
  )
