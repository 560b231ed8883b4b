import { parseArgs } from 'node:util'
import { z } from 'zod'

export const HELP = `Renews the keys that secrets in the store are sealed and signed with, while everything runs.

  npm run rotate-keys -- status                what is sealed with what
  npm run rotate-keys -- key-encryption-key    wraps all data keys with the first key of SEALING_KEYS
  npm run rotate-keys -- data-keys             a new data key for everybody, and all values sealed with it
      --workspace ID                           for one workspace alone (-: what belongs to none)
      --older-than-minutes N                   only keys older than that (default 60, so that a run that was
                                               interrupted is finished rather than begun again)
  npm run rotate-keys -- signing-keys          the next keys for access tokens and audit anchors
  npm run rotate-keys -- revoke-token-keys     keys of access tokens that may have leaked go at once: for up to five
                                               minutes apps may have to renew their tokens more than once

Each may be interrupted at any moment and run again. CONTROL_DB_URL, STORE_AUTH_TOKEN and SEALING_KEYS come
from the environment. Ends with 0 when all is done, 3 when it is to be run again later, 1 when something is
wrong. docs/sealing.md has the steps in order.`

const COMMANDS = [
  'status',
  'key-encryption-key',
  'data-keys',
  'signing-keys',
  'revoke-token-keys',
] as const
const DEFAULT_OLDER_THAN_MINUTES = 60
const MINUTE_MS = 60_000

export interface RotateOptions {
  command: (typeof COMMANDS)[number]
  workspace: string | null
  olderThanMs: number
}

/** What the command cannot go on with, in a sentence that says what to do. */
export class RotateError extends Error {
  override readonly name = 'RotateError'
}

/** @throws RotateError */
export function parseRotateOptions(argv: readonly string[]): RotateOptions | 'help' {
  const { values, positionals } = parsed(argv)
  if (values.help) return 'help'
  const command = z.enum(COMMANDS).safeParse(positionals[0])
  if (!command.success || positionals.length > 1) {
    throw new RotateError(`Name one of ${COMMANDS.join(', ')}; see npm run rotate-keys -- --help.`)
  }
  const minutes = z.coerce.number().min(0).safeParse(values['older-than-minutes'])
  if (!minutes.success) {
    throw new RotateError('--older-than-minutes takes a number of minutes from 0 on.')
  }
  return {
    command: command.data,
    workspace: values.workspace ?? null,
    olderThanMs: minutes.data * MINUTE_MS,
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        workspace: { type: 'string' },
        'older-than-minutes': { type: 'string', default: String(DEFAULT_OLDER_THAN_MINUTES) },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('.')[0] ?? '') : String(error)
    throw new RotateError(`${reason}. See npm run rotate-keys -- --help.`)
  }
}

const Environment = z.object({
  CONTROL_DB_URL: z.string().min(1),
  STORE_AUTH_TOKEN: z.string().min(1),
  SEALING_KEYS: z.string().min(1),
})

/**
 * From the environment and never from arguments, which other users of the machine can read.
 *
 * @throws RotateError that names what is missing
 */
export function rotateEnvironment(env: NodeJS.ProcessEnv): z.infer<typeof Environment> {
  const found = Environment.safeParse(env)
  if (found.success) return found.data
  const missing = found.error.issues.map(({ path }) => path.join('.')).join(', ')
  throw new RotateError(`Set ${missing} in the environment, as the Worker has it.`)
}
