/**
 * Trains the shipped models of intent and sentiment again and writes their folders:
 * `node dev/models/train-text-models.ts`.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { trainTextModels } from './shipped-text-models.ts'

const biome = fileURLToPath(new URL('../../node_modules/.bin/biome', import.meta.url))

for (const { folder, onnxName, onnx, manifest, card, cardMarkdown } of trainTextModels()) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, onnxName), onnx)
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 2))
  writeFileSync(join(folder, 'card.json'), JSON.stringify(card, null, 2))
  writeFileSync(join(folder, 'card.md'), cardMarkdown)
  const json = ['manifest.json', 'card.json'].map((name) => join(folder, name))
  const formatted = spawnSync(biome, ['format', '--write', ...json], { stdio: 'inherit' })
  if (formatted.status !== 0) {
    console.error('The JSON files could not be formatted; run npm run format.')
    process.exitCode = 1
  }
  console.log(`${manifest.version}: ${Math.round(onnx.length / 1_000)} kB`)
}
