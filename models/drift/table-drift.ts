import { type FeatureSample, featureDrift } from '#shared/drift/feature-drift.ts'
import {
  columnFindings,
  type DriftFinding,
  outcomeFindings,
  scoreFindings,
} from '#shared/drift/finding.ts'
import { type OutcomePeriod, outcomeDrift } from '#shared/drift/outcome-drift.ts'
import { type Column, isCategory, type Table } from '../table/table.ts'

interface Period extends OutcomePeriod {
  table: Table
}

/**
 * What changed between the rows that a model learnt from and later rows: every column, the scores, and
 * whether predictions came true.
 *
 * @param reference its probabilities are of rows that the model had not seen
 */
export function tableDrift(reference: Period, recent: Period): DriftFinding[] {
  const columns = reference.table.columns.flatMap((column, index) => {
    const later = recent.table.columns[index]
    if (later === undefined) return []
    const drift = featureDrift(sampleOf(column), sampleOf(later))
    return columnFindings(column.name, drift, 'rows')
  })
  return [
    ...columns,
    ...scoreFindings(featureDrift(scores(reference), scores(recent))),
    ...outcomeFindings(outcomeDrift(reference, recent)),
  ]
}

const scores = ({ probabilities }: Period): FeatureSample => ({
  kind: 'number',
  values: probabilities,
})

function sampleOf(column: Column): FeatureSample {
  return isCategory(column)
    ? { kind: 'category', codes: column.codes, levels: column.format.levels.length }
    : { kind: 'number', values: column.values }
}
