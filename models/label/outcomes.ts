import type { Words } from '../table/read-table.ts'
import { LabelError } from './label-error.ts'

/** Words that plainly say "it happened"; anything else must be named. */
const PLAIN_YES = new Set([
  ...['1', '1.0', 'true', 't', 'yes', 'y', 'positive', 'success', 'successful'],
  ...['won', 'closed won', 'closed-won', 'converted', 'conversion', 'purchased', 'bought', 'paid'],
  ...['subscribed', 'signed up', 'accepted', 'responded', 'clicked', 'qualified', 'customer'],
  ...['churned', 'cancelled', 'exited', 'left'],
])
/** Both classes are needed in every fold, and a rate from fewer rows says little. */
const FEWEST_ROWS = 200
const FEWEST_OF_EITHER = 20
const MOST_VALUES_NAMED = 8

export interface Outcomes {
  /** The rows of the file that have a label, in order. */
  rows: Uint32Array
  /** 1 where it happened, else 0; one for each of `rows`. */
  outcomes: Uint8Array
  /** The value that counts as "it happened". */
  positive: string
  notes: string[]
}

function named(words: readonly string[]): string {
  const shown = words.slice(0, MOST_VALUES_NAMED).map((word) => `"${word}"`)
  const more = words.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function isPositive({ name, words }: Words, positive: string | undefined): boolean[] {
  if (positive !== undefined) {
    const wanted = positive.trim().toLowerCase()
    const alike = words.map((word) => word.toLowerCase() === wanted)
    if (alike.includes(true)) return alike
    throw new LabelError(
      'positive_absent',
      `The label "${name}" never has the value "${positive}".`,
      `Its values are ${named(words)}: name one of them with --positive.`,
    )
  }
  const plain = words.map((word) => PLAIN_YES.has(word.toLowerCase()))
  const kinds = new Set(words.map((word) => word.toLowerCase())).size
  const yes = new Set(words.filter((_, code) => plain[code]).map((word) => word.toLowerCase())).size
  if (kinds === 2 && yes === 1) return plain
  throw new LabelError(
    'positive_unclear',
    `Which value of "${name}" means that it happened is not plain: ${named(words)}.`,
    'Name it with --positive.',
  )
}

/**
 * Turns the label's words into outcomes. Rows without a label are left out; with more than two values, all
 * but the positive one count as "it did not happen".
 * @param requirements how few rows are still enough; a test set may be smaller than a training set
 * @throws LabelError where the positive value is unclear or absent, or the rows are too few or all alike
 */
export function outcomesOfLabel(
  label: Words,
  positive?: string,
  requirements = { rows: FEWEST_ROWS, ofEither: FEWEST_OF_EITHER },
): Outcomes {
  const { name, codes, words } = label
  const labelled = codes.reduce((count, code) => count + (code >= 0 ? 1 : 0), 0)
  if (words.length === 1 && (positive === undefined || words[0] === positive)) {
    throw new LabelError(
      'one_class',
      `Every row with a label has "${words[0]}" as "${name}".`,
      'Rows of both outcomes are needed to tell them apart.',
    )
  }
  if (labelled === 0) {
    throw new LabelError(
      'one_class',
      `No row has a value in the label "${name}".`,
      'Name the column that says whether it happened with --label.',
    )
  }
  const byCode = isPositive(label, positive)
  const rows = new Uint32Array(labelled)
  const outcomes = new Uint8Array(labelled)
  let at = 0
  let positives = 0
  codes.forEach((code, row) => {
    if (code < 0) return
    rows[at] = row
    outcomes[at] = byCode[code] ? 1 : 0
    positives += outcomes[at] ?? 0
    at++
  })
  const fewer = Math.min(positives, labelled - positives)
  if (fewer === 0) {
    throw new LabelError(
      'one_class',
      `All ${labelled} rows with a label have the same outcome.`,
      'Rows of both outcomes are needed to tell them apart.',
    )
  }
  if (labelled < requirements.rows || fewer < requirements.ofEither) {
    throw new LabelError(
      'too_little_data',
      `${labelled} rows have a label, ${positives} of them positive; at least ${requirements.rows} rows and ${requirements.ofEither} of either outcome are needed.`,
      'Gather more rows; until then the starter model scores.',
    )
  }
  const notes: string[] = []
  const without = codes.length - labelled
  if (without > 0) notes.push(`${without} rows have no label and are left out.`)
  const negatives = words.filter((_, code) => !byCode[code])
  if (negatives.length > 1) {
    notes.push(
      `All values of "${name}" but the positive one count as negative: ${named(negatives)}.`,
    )
  }
  return { rows, outcomes, positive: words[byCode.indexOf(true)] ?? '', notes }
}
