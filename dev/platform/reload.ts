import { watchSources } from '../build/watch-sources.ts'
import { buildWorker, WORKER_SOURCES } from '../build/worker.ts'
import type { Edge } from './edge.ts'

/** Puts what a developer saves into the running edge; data, ports and everything beside it stay. */
export function reloadOnChange(edge: Edge, say: (what: string) => void): { stop(): Promise<void> } {
  return watchSources(WORKER_SOURCES, async () => {
    try {
      say('Building the Worker again')
      await edge.reload(await buildWorker())
      say('The edge runs the new Worker')
    } catch (error) {
      console.error(error instanceof Error ? error.message : error)
      say('The edge goes on with the Worker that it had')
    }
  })
}
