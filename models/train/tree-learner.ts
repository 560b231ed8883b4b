import type { Learner } from './learner.ts'
import { type TreeModel, trainTreeModel, treeMargins, treeShapImportance } from './tree-model.ts'

export const treeLearner: Learner<TreeModel> = {
  algorithm: 'gradient-boosted trees',
  train: (table, outcomes, seed) => trainTreeModel(table, outcomes, seed),
  margins: treeMargins,
  shapImportance: treeShapImportance,
}
