import { file, xgboost } from '#models/onnx/foreign/converters.fixture.ts'
import { randomEnsemble } from '#shared/trees/tree-ensemble.arbitrary.ts'
import type { SentModel } from './registry/imported/sent-model.ts'

/** What the columns of `sentTrees` are. */
const SENT_FEATURES: SentModel['features'] = [
  'pricing_views_7d',
  { feature: 'sessions_30d', encoding: { kind: 'number', transform: 'log1p' } },
  'has_company_email',
  { feature: 'industry', encoding: { kind: 'level', level: 'software' } },
]

/** Random trees in the layout of XGBoost's converter, as a data scientist would send them. */
export function sentTrees(version: string): SentModel {
  const ensemble = randomEnsemble({ columns: 4, leaves: 8, trees: 30, spread: 0.4, seed: 12 })
  return {
    version,
    onnx: file(xgboost(ensemble, 0.3)),
    features: SENT_FEATURES,
    trainedOn: null,
    metrics: null,
  }
}
