/** What is learned: the log-odds of an outcome, or a value by least squares. */
export type Loss = 'logistic' | 'squared'

export interface GbdtOptions {
  loss: Loss
  /** Trees at most. */
  rounds: number
  learningRate: number
  maxLeaves: number
  /** Levels below the root; Infinity for no bound of its own. */
  maxDepth: number
  /** Least sum of second derivatives (of weights, for squared loss) in a leaf. */
  minChildWeight: number
  /** Least number of rows in a leaf, as estimated from its share of the second derivatives. */
  minChildRows: number
  l1: number
  l2: number
  /** A split must lower the loss by more than this. */
  minGain: number
  /** Value bins of a column; a missing value has one more of its own. */
  bins: number
  /** Share of rows that each tree sees, drawn anew for each. */
  rowShare: number
  /** Share of columns that each tree may use, drawn anew for each. */
  columnShare: number
  /** By column: 1 may only rise, -1 may only fall, 0 is free. Absent for all free. */
  monotone?: ArrayLike<number>
  seed: number
  /** Stop when the validation loss has not got better for so many rounds; 0 for never. */
  patienceRounds: number
}

export const MAX_BINS = 255

/** Sound for tables of a few thousand to a few million rows. */
export const DEFAULT_OPTIONS: GbdtOptions = {
  loss: 'logistic',
  rounds: 200,
  learningRate: 0.1,
  maxLeaves: 31,
  maxDepth: Number.POSITIVE_INFINITY,
  minChildWeight: 1e-3,
  minChildRows: 20,
  l1: 0,
  l2: 1,
  minGain: 0,
  bins: MAX_BINS,
  rowShare: 1,
  columnShare: 1,
  seed: 1,
  patienceRounds: 0,
}

export type TrainingErrorKind = 'bad_option' | 'bad_table'

/** Training cannot begin: the options or the table make no sense together. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError'
  readonly kind: TrainingErrorKind
  readonly next: string

  constructor(kind: TrainingErrorKind, reason: string, next: string) {
    super(reason)
    this.kind = kind
    this.next = next
  }
}

/** @throws TrainingError `bad_option` naming the first that is out of its range */
export function completeOptions(given: Partial<GbdtOptions>): GbdtOptions {
  const options = { ...DEFAULT_OPTIONS, ...given }
  const ranges: [keyof GbdtOptions, number, number][] = [
    ['rounds', 1, 100_000],
    ['learningRate', Number.MIN_VALUE, 10],
    ['maxLeaves', 2, 65_536],
    ['maxDepth', 1, Number.POSITIVE_INFINITY],
    ['minChildWeight', 0, Number.MAX_VALUE],
    ['minChildRows', 0, Number.MAX_VALUE],
    ['l1', 0, Number.MAX_VALUE],
    ['l2', 0, Number.MAX_VALUE],
    ['minGain', 0, Number.MAX_VALUE],
    ['bins', 2, MAX_BINS],
    ['rowShare', Number.MIN_VALUE, 1],
    ['columnShare', Number.MIN_VALUE, 1],
    ['patienceRounds', 0, 100_000],
  ]
  for (const [name, low, high] of ranges) {
    const value = Number(options[name])
    if (!(value >= low && value <= high)) {
      throw new TrainingError(
        'bad_option',
        `${name} is ${value}; it must lie between ${low} and ${high}.`,
        `Set ${name} within its range, or leave it out.`,
      )
    }
  }
  return options
}
