import { parseArgs } from 'node:util'
import { KnownBy } from '#shared/training/training-row.ts'
import type { WorkspaceCommand } from '../lead/train-workspace.ts'
import type { RecommendCommand } from '../recommend/recommend-workspace.ts'

export interface TableCommand {
  kind: 'table'
  file: string
  label: string
  positive: string | undefined
  drop: string[]
  missing: string[]
  test: string | undefined
  time: string | undefined
  out: string
  seed: number
}

export type TrainCommand = TableCommand | WorkspaceCommand | RecommendCommand

/** What was typed makes no sense, in one sentence that says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const HELP = `Trains a model and says how good it is.

On a table:

  npm run train -- leads.csv --label converted --out model/

  --label NAME        the column that says whether it happened
  --positive VALUE    its value that means yes, where that is not plain
  --drop A,B          columns to leave out
  --missing X,Y       words that mean "no value", beside the usual ones
  --test FILE         measure on these rows instead of by five folds
  --time NAME         order rows by this column and measure on the latest fifth
  --out FOLDER        where the model and its card go (default: model)
  --seed N            of everything left to chance (default: 0)
  --help              this text

On a workspace's own visitors, a lead model that its edge can serve:

  npm run train -- --workspace demo

  --workspace ID      the workspace that the key is of
  --edge URL          its edge; the secret key is then read from EDGEWISE_SECRET_KEY
                      (default: the platform on this machine, by EDGEWISE_HOME)
  --known-by WHICH    an event is known from when it was "received" or from when it "occurred"
                      (default: received, or occurred where most events were imported)
  --no-register       write the files, but do not register a draft with the edge
  --out FOLDER        (default: models-out/VERSION)
  --seed N            as above

What to recommend to a workspace's visitors, published to its edge at once:

  npm run train -- recommend --workspace demo

  --workspace, --edge, --out, --seed    as above
  --no-publish        write the body, but do not publish it

The folder then holds model.onnx, card.md and card.json, and the card's plots; of a workspace, manifest.json
too; of recommendations, recommendations.json alone. The last line of output is one JSON object. Exit code 2: what was given cannot be used, and the sentence
says why.`

/** Options of one kind of training that make no sense with the other. */
const ONLY_TABLE = ['label', 'positive', 'drop', 'missing', 'test', 'time'] as const
const ONLY_WORKSPACE = ['edge', 'known-by', 'no-register'] as const
const ONLY_LEAD = ['known-by', 'no-register'] as const
const RECOMMEND = 'recommend'

/** @throws UsageError */
export function parseCommand(argv: readonly string[]): TrainCommand | 'help' {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(argv)
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error)
    throw new UsageError(`${reason}. See npm run train -- --help.`)
  }
  const { values, positionals } = parsed
  if (values.help) return 'help'
  if (values.workspace !== undefined && positionals.length === 1 && positionals[0] === RECOMMEND) {
    return recommendCommand(values.workspace, values)
  }
  if (values['no-publish'] !== undefined) {
    throw new UsageError(`--no-publish is for ${RECOMMEND}: leave it out.`)
  }
  return values.workspace === undefined
    ? tableCommand(values, positionals)
    : workspaceCommand(values.workspace, values, positionals)
}

type Given = ReturnType<typeof parse>

function workspaceCommand(
  workspace: string,
  values: Given['values'],
  positionals: Given['positionals'],
): WorkspaceCommand {
  if (positionals.length > 0) {
    throw new UsageError(
      `Train either on the table ${positionals[0]} or on the workspace ${workspace}: leave one out.`,
    )
  }
  const odd = ONLY_TABLE.find((name) => values[name] !== undefined)
  if (odd !== undefined) throw new UsageError(`--${odd} is for tables: leave it out.`)
  if (workspace.trim() === '') throw new UsageError('Name the workspace, such as --workspace demo.')
  const asked = values['known-by']
  const knownBy = asked === undefined ? undefined : KnownBy.safeParse(asked).data
  if (asked !== undefined && knownBy === undefined) {
    throw new UsageError(`--known-by is "received" or "occurred", not "${asked}".`)
  }
  return {
    kind: 'workspace',
    workspace,
    edge: values.edge,
    out: values.out,
    knownBy,
    registers: values['no-register'] !== true,
    seed: seedOf(values.seed),
  }
}

function recommendCommand(workspace: string, values: Given['values']): RecommendCommand {
  const odd = [...ONLY_TABLE, ...ONLY_LEAD].find((name) => values[name] !== undefined)
  if (odd !== undefined) throw new UsageError(`--${odd} is not for ${RECOMMEND}: leave it out.`)
  if (workspace.trim() === '') throw new UsageError('Name the workspace, such as --workspace demo.')
  return {
    kind: 'recommend',
    workspace,
    edge: values.edge,
    out: values.out,
    publishes: values['no-publish'] !== true,
    seed: seedOf(values.seed),
  }
}

function seedOf(given: string | undefined): number {
  const seed = Number(given ?? 0)
  if (Number.isInteger(seed) && seed >= 0) return seed
  throw new UsageError(`--seed must be a whole number from 0 on, not ${given}.`)
}

function tableCommand(values: Given['values'], positionals: Given['positionals']): TableCommand {
  const odd = ONLY_WORKSPACE.find((name) => values[name] !== undefined)
  if (odd !== undefined) throw new UsageError(`--${odd} needs --workspace.`)
  const [file, ...others] = positionals
  if (file === undefined || others.length > 0) {
    throw new UsageError(
      `Name one table, such as: npm run train -- leads.csv --label converted. ${others.length > 0 ? `I was given ${positionals.length}.` : ''}`.trim(),
    )
  }
  if (values.label === undefined) {
    throw new UsageError('Name the column that says whether it happened with --label.')
  }
  return {
    kind: 'table',
    file,
    label: values.label,
    positive: values.positive,
    drop: listOf(values.drop),
    missing: listOf(values.missing),
    test: values.test,
    time: values.time,
    out: values.out ?? 'model',
    seed: seedOf(values.seed),
  }
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      label: text,
      positive: text,
      drop: { type: 'string', multiple: true },
      missing: { type: 'string', multiple: true },
      test: text,
      time: text,
      out: text,
      seed: text,
      workspace: text,
      edge: text,
      'known-by': text,
      'no-register': { type: 'boolean' },
      'no-publish': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
}

/** Names may stand in one list or in several options. */
function listOf(given: readonly string[] | undefined): string[] {
  return (given ?? [])
    .flatMap((list) => list.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
