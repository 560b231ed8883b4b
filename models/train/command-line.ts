import { parseArgs } from 'node:util'

export interface TrainCommand {
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

/** What was typed makes no sense, in one sentence that says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const HELP = `Trains a model on a table and says how good it is.

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

The folder then holds model.onnx, card.md and card.json, and the card's plots. The last line of output is
one JSON object. Exit code 2: the table or its label cannot be used, and the sentence says why.`

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
  const [file, ...others] = positionals
  if (file === undefined || others.length > 0) {
    throw new UsageError(
      `Name one table, such as: npm run train -- leads.csv --label converted. ${others.length > 0 ? `I was given ${positionals.length}.` : ''}`.trim(),
    )
  }
  if (values.label === undefined) {
    throw new UsageError('Name the column that says whether it happened with --label.')
  }
  const seed = Number(values.seed ?? 0)
  if (!Number.isInteger(seed) || seed < 0) {
    throw new UsageError(`--seed must be a whole number from 0 on, not ${values.seed}.`)
  }
  return {
    file,
    label: values.label,
    positive: values.positive,
    drop: listOf(values.drop),
    missing: listOf(values.missing),
    test: values.test,
    time: values.time,
    out: values.out ?? 'model',
    seed,
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
