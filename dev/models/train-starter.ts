/** Trains the shipped model again and writes models/starter: `node dev/models/train-starter.ts`. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cardMarkdown } from '#models/card/card.ts'
import { trainStarter } from './starter.ts'

const folder = fileURLToPath(new URL('../../models/starter/', import.meta.url))
const biome = fileURLToPath(new URL('../../node_modules/.bin/biome', import.meta.url))

const { onnx, manifest, card } = trainStarter()
writeFileSync(`${folder}lead-score.onnx`, onnx)
writeFileSync(`${folder}manifest.json`, JSON.stringify(manifest, null, 2))
writeFileSync(`${folder}card.json`, JSON.stringify(card, null, 2))
writeFileSync(`${folder}card.md`, cardMarkdown(card))
const json = [`${folder}manifest.json`, `${folder}card.json`]
const formatted = spawnSync(biome, ['format', '--write', ...json], { stdio: 'inherit' })
if (formatted.status !== 0) {
  console.error('The JSON files could not be formatted; run npm run format.')
  process.exitCode = 1
}
console.log(
  `${manifest.version}: AUC ${manifest.metrics.auc.toFixed(3)}, log loss ${manifest.metrics.logLoss.toFixed(4)}`,
)
