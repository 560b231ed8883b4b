import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Papa from 'papaparse'
import { z } from 'zod'

const Frequency = z.enum(['Yearly', 'Quarterly', 'Monthly', 'Weekly', 'Daily', 'Hourly'])
export type Frequency = z.infer<typeof Frequency>

/** Season and horizon in periods, as the M4 competition set them. */
export const M4: Record<Frequency, { season: number; horizon: number }> = {
  Yearly: { season: 1, horizon: 6 },
  Quarterly: { season: 4, horizon: 8 },
  Monthly: { season: 12, horizon: 18 },
  Weekly: { season: 1, horizon: 13 },
  Daily: { season: 1, horizon: 14 },
  Hourly: { season: 24, horizon: 48 },
}

export interface M4Series {
  id: string
  training: number[]
  test: number[]
}

export interface M4Command {
  folder: string
  frequency: Frequency
}

export const M4_USAGE =
  'Usage: npm run bench -- forecast <folder with Weekly-train.csv and Weekly-test.csv> [--frequency Weekly]'

/** Nothing where the arguments are no folder and frequency. */
export function m4Command(args: readonly string[]): M4Command | null {
  const [folder, option, word = 'Weekly', ...others] = args
  const frequency = Frequency.safeParse(word)
  const isUsual = option === undefined || option === '--frequency'
  if (!folder || !isUsual || !frequency.success || others.length > 0) return null
  return { folder, frequency: frequency.data }
}

/** Series of the competition's files, in the order of the training file. */
export async function readM4({ folder, frequency }: M4Command): Promise<M4Series[]> {
  const training = await readRows(join(folder, `${frequency}-train.csv`))
  const test = await readRows(join(folder, `${frequency}-test.csv`))
  return Array.from(training, ([id, values]) => {
    const after = test.get(id)
    if (after?.length !== M4[frequency].horizon) {
      throw new Error(
        `${id} has ${after?.length ?? 0} test values: take both files of one release.`,
      )
    }
    return { id, training: values, test: after }
  })
}

/** Rows end where their series ends, or are filled up with empty cells. */
async function readRows(path: string): Promise<Map<string, number[]>> {
  const { data } = Papa.parse<string[]>(await readFile(path, 'utf8'), { skipEmptyLines: true })
  const rows = new Map<string, number[]>()
  for (const [id, ...cells] of data.slice(1)) {
    const values = cells.filter((cell) => cell !== '' && cell !== 'NA').map(Number)
    if (!id || values.some((value) => !Number.isFinite(value))) {
      throw new Error(`${path} has a row that is no series (${id}): download it anew.`)
    }
    rows.set(id, values)
  }
  return rows
}
