import { parentPort, workerData } from 'node:worker_threads'
import { fitFold } from '../validation/fit-folds.ts'
import type { Split } from '../validation/folds.ts'
import type { FoldThreadData } from './fold-threads.ts'
import { type Learner, logisticLearner } from './learner.ts'
import { treeLearner } from './tree-learner.ts'

const { algorithm, rows, seed }: FoldThreadData = workerData

function send<Model>(learner: Learner<Model>, split: Split): void {
  parentPort?.postMessage(fitFold(learner, rows, split, seed))
}

// By name: a learner's functions cannot be sent to a thread.
parentPort?.on('message', (split: Split) => {
  if (algorithm === treeLearner.algorithm) send(treeLearner, split)
  else if (algorithm === logisticLearner.algorithm) send(logisticLearner, split)
  else throw new Error(`No thread knows the algorithm ${algorithm}.`)
})
