import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type FittedFold, type FoldRows, fitFold } from '../validation/fit-folds.ts'
import type { Split } from '../validation/folds.ts'
import type { Learner } from './learner.ts'

/** What a thread is told once. */
export interface FoldThreadData {
  algorithm: string
  rows: FoldRows
  seed: number
}

/** Below it a fold takes less than a thread needs to start and to get its copy of the table. */
const LEAST_CELLS = 100_000

/** Fits the folds one after another, in this thread. */
export async function fitInTurn<Model>(
  learner: Learner<Model>,
  rows: FoldRows,
  splits: readonly Split[],
  seed: number,
  onFold: (fold: number) => void,
): Promise<FittedFold<Model>[]> {
  return splits.map((split, fold) => {
    onFold(fold)
    return fitFold(learner, rows, split, seed)
  })
}

/**
 * The same on as many threads as there are cores, where the table is large enough for that to pay. Each has
 * the whole table; the models come back as copies.
 *
 * @param threads most threads at once
 * @throws what a thread throws; the others are ended
 */
export async function fitOnThreads<Model>(
  learner: Learner<Model>,
  rows: FoldRows,
  splits: readonly Split[],
  seed: number,
  onFold: (fold: number) => void,
  threads = availableParallelism(),
): Promise<FittedFold<Model>[]> {
  const count = Math.min(threads, splits.length)
  if (count < 2 || rows.table.rows * rows.table.columns.length < LEAST_CELLS) {
    return fitInTurn(learner, rows, splits, seed, onFold)
  }
  const workerData: FoldThreadData = { algorithm: learner.algorithm, rows, seed }
  const file = new URL('./fold-thread.ts', import.meta.url)
  const workers = Array.from({ length: count }, () => new Worker(file, { workerData }))
  const folds: FittedFold<Model>[] = []
  let next = 0
  const work = async (worker: Worker): Promise<void> => {
    for (let fold = next++; fold < splits.length; fold = next++) {
      onFold(fold)
      folds[fold] = await answered(worker, splits[fold])
    }
  }
  try {
    await Promise.all(workers.map(work))
    return folds
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

function answered<Model>(worker: Worker, split: Split | undefined): Promise<FittedFold<Model>> {
  return new Promise((resolve, reject) => {
    const onEnd = () => reject(new Error('A thread ended before its fold was fitted.'))
    worker.once('error', reject)
    worker.once('exit', onEnd)
    worker.once('message', (fold: FittedFold<Model>) => {
      worker.off('error', reject)
      worker.off('exit', onEnd)
      resolve(fold)
    })
    worker.postMessage(split)
  })
}
