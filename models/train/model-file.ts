import { z } from 'zod'
import type { Calibration } from '../calibration/calibration.ts'
import { gentleKnots } from '../onnx/gentle-knots.ts'
import { treesFromOnnx, treesToOnnx } from '../onnx/tree-ensemble.ts'
import type { ColumnFormat, Table } from '../table/table.ts'
import type { TreeModel } from './tree-model.ts'

const Format = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('number'), decimal: z.enum(['.', ',']) }),
  z.object({ kind: z.literal('boolean'), yes: z.string(), no: z.string() }),
  z.object({ kind: z.literal('time'), order: z.enum(['day-first', 'month-first']) }),
  z.object({ kind: z.literal('category'), levels: z.array(z.string()) }),
])

const Encoding = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('value') }),
  /** A column a level, in the order of the format's levels. */
  z.object({ kind: z.literal('one_hot') }),
  /** The mean outcome of each level, in their order; `unseen` for any other. */
  z.object({ kind: z.literal('target'), means: z.array(z.number()), unseen: z.number() }),
])

/** How a table's columns become the model's input; stands in the file, so that the file alone scores. */
export const InputColumns = z.array(
  z.object({ name: z.string(), format: Format, encoding: Encoding }),
)
export type InputColumns = z.infer<typeof InputColumns>

/** Metadata key of the columns, as JSON. */
export const COLUMNS_KEY = 'edgewise.columns'

/** What a trained model is called and came from; texts of the file's metadata. */
export type ModelFacts = Record<'name' | 'version' | 'source' | 'label', string>

/**
 * The ONNX file of a model: trees, calibration and what makes its input.
 *
 * @param table any table with the columns of training
 */
export function modelFile(
  { columns, ensemble }: TreeModel,
  table: Table,
  calibration: Calibration,
  facts: ModelFacts,
): Uint8Array<ArrayBuffer> {
  const inputs: InputColumns = columns.map((how, index) => ({
    name: how.name,
    format: formatOf(table.columns[index]?.format),
    encoding: encodingOf(how),
  }))
  return treesToOnnx(ensemble, {
    calibration:
      calibration.kind === 'platt' ? calibration : gentleKnots(calibration.x, calibration.y),
    metadata: { ...facts, [COLUMNS_KEY]: JSON.stringify(inputs) },
  })
}

/** @throws OnnxError for a file that is not one of ours, ZodError where its columns cannot be read */
export function readModelFile(bytes: Uint8Array) {
  const { ensemble, calibration, metadata } = treesFromOnnx(bytes)
  const columns = InputColumns.parse(JSON.parse(metadata[COLUMNS_KEY] ?? '[]'))
  return { ensemble, calibration, columns, metadata }
}

function formatOf(format: ColumnFormat | undefined): InputColumns[number]['format'] {
  return Format.parse(format)
}

function encodingOf(how: TreeModel['columns'][number]): InputColumns[number]['encoding'] {
  if (how.kind === 'value') return { kind: 'value' }
  const { encoding } = how
  return encoding.kind === 'one_hot'
    ? { kind: 'one_hot' }
    : { kind: 'target', means: [...encoding.means], unseen: encoding.unseen }
}
