import { auc } from '../metrics/metrics.ts'
import type { DroppedColumn } from '../table/infer-column.ts'
import { type Column, isCategory, type Table } from '../table/table.ts'
import { aucAlone, type Groups, groupsOf } from './single-column.ts'

type LeakageKind =
  | 'nearly_the_label'
  | 'decides_some_rows'
  | 'filled_after'
  | 'named_like_a_result'
  | 'grows_with_time'

export interface LeakageWarning {
  column: string
  kind: LeakageKind
  /** "warning" where the figures speak, "look" where only a person can tell. */
  severity: 'warning' | 'look'
  /** Why, with figures, and what to do next, in sentences. */
  message: string
}

const AUC_OF_THE_LABEL = 0.95
const AUC_OF_BEING_FILLED = 0.75
/** A level decides where it has this many rows, nearly all of one outcome … */
const ROWS_OF_A_LEVEL = 30
const SHARE_OF_ONE_OUTCOME = 0.98
/** … while the other outcome is this many times rarer in it than on average, and was to be expected … */
const TIMES_RARER = 10
const EXPECTED_ROWS = 10
/** … and such levels hold this share of all rows of that outcome. */
const SHARE_COVERED = 0.1
const AUC_WORTH_A_LOOK = 0.58
const AUC_OF_AN_ID = 0.6

/** What sales people and systems call what they write down once they know how it went. */
const RESULT_WORDS =
  /\b(tags?|quality|scores?|ratings?|grades?|ranking|profile|stage|status|outcome|results?|disposition|reason|last|closed?|won|lost|revenue|duration|final)\b/i

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
const drop = (name: string): string => `--drop ${/[\s,]/.test(name) ? `"${name}"` : name}`

interface DecidedShare {
  positives: number
  negatives: number
  example: number
}

/** The share of each outcome's rows that lie in groups of nearly that outcome alone. */
function decidedShare({ of, count }: Groups, outcomes: Uint8Array, from = 0): DecidedShare {
  const rows = new Float64Array(count)
  const positives = new Float64Array(count)
  let all = 0
  for (let row = 0; row < of.length; row++) {
    const group = of[row] ?? 0
    rows[group] = (rows[group] ?? 0) + 1
    positives[group] = (positives[group] ?? 0) + (outcomes[row] ?? 0)
    all += outcomes[row] ?? 0
  }
  const rate = all / of.length
  const decided: DecidedShare = { positives: 0, negatives: 0, example: -1 }
  let largest = 0
  for (let group = from; group < count; group++) {
    const size = rows[group] ?? 0
    const yes = (positives[group] ?? 0) / size
    if (size < ROWS_OF_A_LEVEL) continue
    const isYes = yes > 0.5
    const other = isYes ? 1 - yes : yes
    const otherRate = isYes ? 1 - rate : rate
    const pure = other <= 1 - SHARE_OF_ONE_OUTCOME && other <= otherRate / TIMES_RARER
    if (!pure || otherRate * size < EXPECTED_ROWS) continue
    if (isYes) decided.positives += (positives[group] ?? 0) / all
    else decided.negatives += (size - (positives[group] ?? 0)) / (of.length - all)
    if (size > largest) {
      largest = size
      decided.example = group
    }
  }
  return decided
}

/** Group 0 where missing, 1 where filled. */
function filledGroups(column: Column): Groups {
  const of = isCategory(column)
    ? Uint32Array.from(column.codes, (code) => (code < 0 ? 0 : 1))
    : Uint32Array.from(column.values, (value) => (Number.isNaN(value) ? 0 : 1))
  return { of, count: 2 }
}

function filledAfter(column: Column, outcomes: Uint8Array): LeakageWarning | null {
  const filled = filledGroups(column)
  const strength = auc({ probabilities: filled.of, outcomes })
  const decided = decidedShare(filled, outcomes, 1)
  const hold = Math.max(decided.positives, decided.negatives)
  if (Math.max(strength, 1 - strength) < AUC_OF_BEING_FILLED && hold < SHARE_COVERED) return null
  const rates = [0, 1].map((outcome) => {
    const rows = filled.of.filter((_, row) => outcomes[row] === outcome)
    return rows.reduce((sum, flag) => sum + flag, 0) / rows.length
  })
  return {
    column: column.name,
    kind: 'filled_after',
    severity: 'warning',
    message: `"${column.name}" is filled in ${percent(rates[1] ?? 0)} of the positive rows and in ${percent(rates[0] ?? 0)} of the negative ones: it looks as if it were written after the outcome. If it is not known when a score is needed, leave it out: ${drop(column.name)}.`,
  }
}

function warningOf(column: Column, outcomes: Uint8Array): LeakageWarning | null {
  const { name } = column
  const groups = groupsOf(column)
  const alone = aucAlone(groups, outcomes)
  if (alone >= AUC_OF_THE_LABEL) {
    return {
      column: name,
      kind: 'nearly_the_label',
      severity: 'warning',
      message: `"${name}" alone tells the outcome almost perfectly (AUC ${alone.toFixed(3)}): it is probably the label in other words, or known only after it. Leave it out: ${drop(name)}.`,
    }
  }
  const after = filledAfter(column, outcomes)
  if (after) return after
  const decided = decidedShare(groups, outcomes, 1)
  if (isCategory(column) && Math.max(decided.positives, decided.negatives) >= SHARE_COVERED) {
    const level = column.format.levels[decided.example - 1] ?? ''
    return {
      column: name,
      kind: 'decides_some_rows',
      severity: 'warning',
      message: `Some values of "${name}" (such as "${level}") come with one outcome only, and hold ${percent(decided.positives)} of the positive and ${percent(decided.negatives)} of the negative rows; alone it reaches AUC ${alone.toFixed(3)}. Such values are mostly written down when the outcome is known. If so, leave it out: ${drop(name)}.`,
    }
  }
  if (alone < AUC_WORTH_A_LOOK || !RESULT_WORDS.test(name.replace(/[_-]+/g, ' '))) return null
  return {
    column: name,
    kind: 'named_like_a_result',
    severity: 'look',
    message: `"${name}" is named like something that people or systems note along the way, and it predicts (AUC ${alone.toFixed(3)} alone). If it can still change after the moment of scoring, leave it out: ${drop(name)}.`,
  }
}

function growingId({ name, values }: DroppedColumn, outcomes: Uint8Array): LeakageWarning | null {
  if (!values) return null
  const strength = aucAlone(
    groupsOf({ name, format: { kind: 'number', decimal: '.' }, values: Float32Array.from(values) }),
    outcomes,
  )
  if (strength < AUC_OF_AN_ID) return null
  return {
    column: name,
    kind: 'grows_with_time',
    severity: 'look',
    message: `The id "${name}" predicts the outcome (AUC ${strength.toFixed(3)} alone), so outcomes depend on when a row was written, or rows are sorted by them. It is not used; to see what later rows would get, order them: --time ${/\s/.test(name) ? `"${name}"` : name}.`,
  }
}

/**
 * Columns that may know the outcome, strongest reasons first: such a model looks splendid and is worthless
 * on the day, because the column is empty when a score is needed.
 * @param dropped columns that are not used; numeric ids among them are looked at
 */
export function leakageWarnings(
  table: Table,
  outcomes: Uint8Array,
  dropped: readonly DroppedColumn[] = [],
): LeakageWarning[] {
  const warnings = [
    ...table.columns.map((column) => warningOf(column, outcomes)),
    ...dropped.map((column) => growingId(column, outcomes)),
  ].filter((warning) => warning !== null)
  const order: LeakageKind[] = [
    'nearly_the_label',
    'filled_after',
    'decides_some_rows',
    'named_like_a_result',
    'grows_with_time',
  ]
  return warnings.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}
