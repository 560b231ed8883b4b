/** What the cache keeps: something that must be released once nobody runs it any more. */
export interface Releasable {
  release(): Promise<void>
}

export interface SessionCache<S extends Releasable> {
  /** Runs with the session of this key, opening it if it is not loaded. */
  use<T>(key: string, open: () => Promise<S>, run: (session: S) => Promise<T>): Promise<T>
  /** Keys of the loaded sessions, least recently used first. */
  keys(): string[]
}

interface Entry<S> {
  session: Promise<S>
  users: number
  evicted: boolean
}

/**
 * Keeps the most recently used sessions, because a wasm heap never shrinks and an isolate has
 * 128 MB. A session that is pushed out is released when its last run has ended, never under it.
 * A session that could not be opened is not kept: the next use tries again.
 */
export function createSessionCache<S extends Releasable>(capacity: number): SessionCache<S> {
  const entries = new Map<string, Entry<S>>()

  const releaseIfUnused = async (entry: Entry<S>): Promise<void> => {
    if (!entry.evicted || entry.users > 0) return
    // One session's failed release is no reason to fail the score that another one gave.
    await entry.session.then((session) => session.release()).catch(() => undefined)
  }

  const enter = (key: string, open: () => Promise<S>): Entry<S> => {
    const entry = entries.get(key) ?? { session: open(), users: 0, evicted: false }
    // Re-inserted, so that a Map's order of insertion is the order of last use.
    entries.delete(key)
    entries.set(key, entry)
    entry.users++
    return entry
  }

  const evictBeyondCapacity = async (): Promise<void> => {
    for (const [key, entry] of entries) {
      if (entries.size <= capacity) return
      entries.delete(key)
      entry.evicted = true
      await releaseIfUnused(entry)
    }
  }

  return {
    async use(key, open, run) {
      const entry = enter(key, open)
      try {
        const session = await entry.session.catch((error: unknown) => {
          if (entries.get(key) === entry) entries.delete(key)
          throw error
        })
        await evictBeyondCapacity()
        return await run(session)
      } finally {
        entry.users--
        await releaseIfUnused(entry)
      }
    },
    keys: () => [...entries.keys()],
  }
}
