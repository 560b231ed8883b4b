import { createRequire, registerHooks } from 'node:module'

/** What the configuration grows by whenever it is full, as Miniflare's source has it. */
export const SMALL_GROWTH = 'var MIN_SINGLE_SEGMENT_GROWTH = 4096;'
const LARGE_GROWTH = `var MIN_SINGLE_SEGMENT_GROWTH = ${8 * 1_024 * 1_024};`

/**
 * Miniflare, with workerd's configuration growing in larger steps.
 *
 * The configuration holds every module of the Worker, 14 MB of WebAssembly among them, and each time
 * it is full Miniflare copies it whole into a buffer 4 KiB larger: about 250 times, more than a
 * second of every start. The constant is changed as the file is loaded; should a later version not
 * have it, its source is left alone and the test beside this file says so. It is required, not
 * imported: an import reads all 4 MB of it once more for the names it exports.
 */
export function loadMiniflare(): typeof import('miniflare') {
  const hook = registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (!url.endsWith('/miniflare/dist/src/index.js')) return loaded
      const source = String(loaded.source)
      return { ...loaded, source: source.replace(SMALL_GROWTH, LARGE_GROWTH) }
    },
  })
  try {
    return createRequire(import.meta.url)('miniflare')
  } finally {
    hook.deregister()
  }
}
