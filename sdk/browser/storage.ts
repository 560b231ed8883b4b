/** The part of Web Storage that the SDK uses. Never throws. */
export interface KeyValueStore {
  get(key: string): string | null
  set(key: string, value: string): void
  remove(key: string): void
  keys(): string[]
}

export function memoryStore(): KeyValueStore {
  const values = new Map<string, string>()
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
    keys: () => [...values.keys()],
  }
}

/**
 * Web Storage with memory behind it: a full or forbidden store (private mode, blocked cookies)
 * costs only the survival of a reload.
 * @param open reading `window.localStorage` alone may throw
 */
export function webStore(open: () => Storage): KeyValueStore {
  const memory = memoryStore()
  const attempt = <T>(use: (storage: Storage) => T, otherwise: T): T => {
    try {
      return use(open())
    } catch {
      return otherwise
    }
  }
  return {
    get: (key) => memory.get(key) ?? attempt((storage) => storage.getItem(key), null),
    set(key, value) {
      memory.remove(key)
      const kept = attempt((storage) => {
        storage.setItem(key, value)
        return true
      }, false)
      if (!kept) memory.set(key, value)
    },
    remove(key) {
      memory.remove(key)
      attempt((storage) => storage.removeItem(key), undefined)
    },
    keys: () => attempt((storage) => Object.keys(storage), memory.keys()),
  }
}
