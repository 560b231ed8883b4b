import { setTimeout as sleep } from 'node:timers/promises'
import { newestSource } from './newest-source.ts'

const LOOK_EVERY_MS = 500

/**
 * Runs the work when something below the paths has changed, one run after another. It looks at the
 * times of the files: Node's recursive watching on Linux loses a file whose editor saves by renaming.
 *
 * @param work must not fail
 */
export function watchSources(
  paths: readonly string[],
  work: () => Promise<void>,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const watch = async () => {
    let seen = await newestOrNull(paths)
    while (!stopping.signal.aborted) {
      await sleep(LOOK_EVERY_MS, null, { signal: stopping.signal }).catch(() => undefined)
      const newest = await newestOrNull(paths)
      if (stopping.signal.aborted || newest === null || newest === seen) continue
      seen = newest
      await work()
    }
  }
  const watching = watch()
  return {
    async stop() {
      stopping.abort()
      await watching
    },
  }
}

/** Null where a file went away while it was being looked at; the next look sees what became of it. */
async function newestOrNull(paths: readonly string[]): Promise<number | null> {
  try {
    return await newestSource(paths)
  } catch {
    return null
  }
}
