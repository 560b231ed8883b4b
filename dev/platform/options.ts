import { parseArgs } from 'node:util'
import { HISTORY_DAYS } from '#dev/traffic/history-days.ts'

export interface StartOptions {
  home: string
  /** The edge's port; 0 takes any free one, for everything. */
  port: number
  demo: boolean
  /** Days of demo visits to begin with. */
  historyDays: number
  console: boolean
  /** Whether the edge follows changes of its sources. */
  watch: boolean
}

/** A start that cannot go on, in one sentence that says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

const DEFAULT_PORT = 8787
const MAX_HISTORY_DAYS = 365

export const HELP = `Starts Edgewise on this machine: the store, the edge, a demo site and the console.

  npm start                      everything, with demo data and live demo traffic
  npm start -- --no-demo         no demo site, data or traffic
  npm start -- --history 150     150 days of demo visits instead of 30: enough to train a model on
  npm start -- --no-console      without the console
  npm start -- --port 9000       the edge on this port, the others on the next four (0: any free)
  npm start -- --help            this text

  npm run dev                    the same, and the edge follows what you save (takes the same options)

EDGEWISE_HOME is the data folder (default .edgewise). Ctrl-C stops everything; nothing is lost.`

/** @throws StartError for an option that does not exist or has a wrong value */
export function parseOptions(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): StartOptions | 'help' {
  let values: Record<string, string | boolean | undefined>
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        history: { type: 'string' },
        'no-demo': { type: 'boolean' },
        'no-console': { type: 'boolean' },
        watch: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('.')[0] ?? '') : String(error)
    throw new StartError(`${reason}. See npm start -- --help.`)
  }
  if (values.help) return 'help'
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_531) {
    throw new StartError(`--port must be a number from 0 to 65531, not ${String(values.port)}.`)
  }
  const historyDays = values.history === undefined ? HISTORY_DAYS : Number(values.history)
  if (!(historyDays >= HISTORY_DAYS && historyDays <= MAX_HISTORY_DAYS)) {
    throw new StartError(
      `--history must be a number of days from ${HISTORY_DAYS} to ${MAX_HISTORY_DAYS}, not ${String(values.history)}.`,
    )
  }
  return {
    home: env.EDGEWISE_HOME || '.edgewise',
    port,
    demo: !values['no-demo'],
    historyDays,
    console: !values['no-console'],
    watch: values.watch === true,
  }
}
