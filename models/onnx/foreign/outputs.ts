import type { Graph } from '../model.ts'
import type { Rows } from './facts.ts'
import { type GraphFacts, outputRows } from './graph-facts.ts'
import { EXPORT_AGAIN, Refusal } from './refusal.ts'

export interface ForeignOutput {
  /** Name of the graph's output that holds the probability. */
  name: string
  /** Its column for the positive outcome. */
  column: number
  /** What the classifier calls that outcome; null where it has no name. */
  positive: string | null
}

export interface FoundOutput {
  output: ForeignOutput
  /** The value behind it: a ZipMap's probabilities, or the output itself. */
  source: string
  rows: Rows
}

/** Votes of many trees may add up to a little more than one in float32. */
const ROUNDING = 1e-4

const TWO_OUTCOMES = 'Train a model of two outcomes, and export its probabilities.'

function judge(name: string, source: string, rows: Rows): FoundOutput {
  if (rows.columns > 2) {
    throw new Refusal(`The output ${name} has ${rows.columns} columns.`, TWO_OUTCOMES)
  }
  if (rows.element !== 'float32') {
    throw new Refusal(`The output ${name} is ${rows.element}, not float32.`, EXPORT_AGAIN)
  }
  if (!(rows.low >= -ROUNDING && rows.high <= 1 + ROUNDING)) {
    throw new Refusal(
      `The output ${name} may lie between ${rows.low} and ${rows.high}: it is no probability.`,
      'Export the probabilities (of a classifier), not the raw score.',
    )
  }
  const { outcomes } = rows
  const column = outcomes === null ? rows.columns - 1 : outcomes.findIndex((one) => one.positive)
  if (column < 0) {
    throw new Refusal(`The output ${name} is about the other outcome.`, TWO_OUTCOMES)
  }
  const positive = outcomes?.[column]?.label ?? null
  return { output: { name, column, positive }, source, rows }
}

const PREFERRED = ['probability', 'probabilities', 'output_probability']

/** Finds the output that holds the probability of the positive outcome. */
export function findOutput(graph: Graph, facts: GraphFacts): FoundOutput {
  const found: FoundOutput[] = []
  let refusal: Refusal | undefined
  for (const { name } of graph.outputs) {
    try {
      const [source, rows] = outputRows(graph, facts, name)
      if (rows !== null) found.push(judge(name, source, rows))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusal ??= error
    }
  }
  const preferred = found.filter(({ output }) => PREFERRED.includes(output.name))
  const [only, ...others] = found.length > 1 && preferred.length > 0 ? preferred : found
  if (only === undefined) {
    throw refusal ?? new Refusal('The graph has no output of probabilities.', TWO_OUTCOMES)
  }
  if (others.length > 0) {
    const names = found.map(({ output }) => output.name)
    throw new Refusal(
      `The outputs ${names.join(' and ')} may all be the probability.`,
      'Name the one that is "probability".',
    )
  }
  return only
}
