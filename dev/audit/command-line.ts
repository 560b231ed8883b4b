import { parseArgs } from 'node:util'

export interface VerifyCommand {
  source:
    | { kind: 'file'; file: string }
    /** Undefined for the platform that runs on this machine. */
    | { kind: 'edge'; url: string | undefined; key: string | undefined }
  /** A file with an anchor that was kept elsewhere. */
  anchor: string | undefined
}

/** What was typed makes no sense, in one sentence that says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const HELP = `Verifies a workspace's audit log on this machine and names the first entry that is wrong.

  npm run audit -- verify --file export.ndjson
  npm run audit -- verify --edge https://edge.example.com

  --file FILE     an export (POST /api/v1/audit/export)
  --edge URL      asks this edge for an export
                  (default: the platform on this machine, by EDGEWISE_HOME)
  --key KEY       a secret key of the workspace; better in EDGEWISE_SECRET_KEY, for what stands on a
                  command line is seen by everybody on the machine
  --anchor FILE   also holds the log against this anchor, which was kept elsewhere
  --help          this text

Ends with 0 where everything is as it was written, 1 where something is not, 2 where it cannot be told.`

const NEXT = 'See npm run audit -- --help.'

/** @throws UsageError */
export function parseCommand(argv: readonly string[]): VerifyCommand | 'help' {
  const { values, positionals } = parsed(argv)
  if (values.help) return 'help'
  const [command, ...more] = positionals
  if (command !== 'verify' || more.length > 0)
    throw new UsageError(`Say what to do: verify. ${NEXT}`)
  const { file, edge, key, anchor } = values
  if (file === undefined) return { source: { kind: 'edge', url: edge, key }, anchor }
  if (edge !== undefined || key !== undefined) {
    throw new UsageError(`Give a file or an edge, not both. ${NEXT}`)
  }
  return { source: { kind: 'file', file }, anchor }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        file: { type: 'string' },
        edge: { type: 'string' },
        key: { type: 'string' },
        anchor: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error} ${NEXT}`)
  }
}
