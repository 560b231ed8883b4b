import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildRenderer as build } from '../../renderer.config.ts'
import { newestSource } from './newest-source.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const BUILT = `${ROOT}dist/renderer/index.html`
const SOURCES = [
  'desktop/renderer',
  'desktop/rpc',
  'shared',
  'renderer.config.ts',
  'package-lock.json',
]

/** The console's page, as the back end and Electron serve it. Built again only when a source is newer. */
export async function buildRenderer(): Promise<void> {
  if ((await builtAt()) > (await newestSource(SOURCES))) return
  await build()
}

async function builtAt(): Promise<number> {
  try {
    return (await stat(BUILT)).mtimeMs
  } catch {
    return 0
  }
}
