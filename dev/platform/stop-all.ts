/** Undoes what was started, last first; one that fails does not keep the others running. */
export async function stopAll(stops: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const stop of stops.toReversed()) {
    try {
      await stop()
    } catch (error) {
      console.error(`While stopping: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
