import { type FeatureSample, featureDrift } from '#shared/drift/feature-drift.ts'
import { type OutcomeDrift, type OutcomePeriod, outcomeDrift } from '#shared/drift/outcome-drift.ts'
import { CHANGED_INDEX } from '#shared/drift/population-stability.ts'
import { type Column, isCategory, type Table } from '../table/table.ts'

export interface DriftFinding {
  /** The column; null where the model as a whole is meant. */
  column: string | null
  kind: 'values' | 'missing' | 'scores' | 'calibration' | 'order'
  /** One sentence with the figures. */
  message: string
}

interface Period extends OutcomePeriod {
  table: Table
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/**
 * What changed between the rows that a model learnt from and later rows: every column, the scores, and
 * whether predictions came true.
 *
 * @param reference its probabilities are of rows that the model had not seen
 */
export function tableDrift(reference: Period, recent: Period): DriftFinding[] {
  const columns = reference.table.columns.flatMap((column, index) => {
    const later = recent.table.columns[index]
    return later === undefined ? [] : columnFindings(column, later)
  })
  return [
    ...columns,
    ...scoreFindings(reference, recent),
    ...outcomeFindings(outcomeDrift(reference, recent)),
  ]
}

function columnFindings(column: Column, later: Column): DriftFinding[] {
  const drift = featureDrift(sampleOf(column), sampleOf(later))
  return drift.alarms.map((kind): DriftFinding => {
    const { reference, recent } = drift.missing
    const message =
      kind === 'missing'
        ? `"${column.name}" was missing in ${percent(reference)} of the rows and now is in ${percent(recent)}.`
        : `"${column.name}" has ${howMuch(drift.stability)} other values than before (stability index ${drift.stability.toFixed(2)}).`
    return { column: column.name, kind, message }
  })
}

function scoreFindings(reference: Period, recent: Period): DriftFinding[] {
  const scores = ({ probabilities }: Period): FeatureSample => ({
    kind: 'number',
    values: probabilities,
  })
  const { alarms, stability } = featureDrift(scores(reference), scores(recent))
  if (alarms.length === 0) return []
  const message = `The model gives ${howMuch(stability)} other scores than before (stability index ${stability.toFixed(2)}).`
  return [{ column: null, kind: 'scores', message }]
}

function outcomeFindings({ alarms, predicted, observed, auc }: OutcomeDrift): DriftFinding[] {
  return alarms.map((kind) => ({
    column: null,
    kind,
    message:
      kind === 'calibration'
        ? `It predicts ${percent(predicted)} and ${percent(observed)} happened: calibrate it on newer rows.`
        : `It orders worse than before: AUC ${auc.recent.toFixed(3)} after ${auc.reference.toFixed(3)}. Train it on newer rows, or try the simpler model.`,
  }))
}

const howMuch = (stability: number): string => (stability >= CHANGED_INDEX ? 'quite' : 'somewhat')

function sampleOf(column: Column): FeatureSample {
  return isCategory(column)
    ? { kind: 'category', codes: column.codes, levels: column.format.levels.length }
    : { kind: 'number', values: column.values }
}
