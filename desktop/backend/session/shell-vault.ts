import type { BackendMessage } from '#rpc/shell-messages.ts'
import type { SessionVault } from './vault.ts'

const KEPT_WITHIN_MS = 10_000

/** The session in the hands of Electron's main process, which seals it with the system's key store. */
export class ShellVault implements SessionVault {
  readonly #tell: (message: BackendMessage) => void
  readonly #waiting = new Map<number, (ok: boolean) => void>()
  #session: string | null
  #lastId = 0

  constructor(session: string | null, tell: (message: BackendMessage) => void) {
    this.#session = session
    this.#tell = tell
  }

  load(): string | null {
    return this.#session
  }

  save(text: string): Promise<void> {
    return this.#keep(text)
  }

  clear(): Promise<void> {
    return this.#keep(null)
  }

  /** What main said to a `keep`. */
  kept(id: number, ok: boolean): void {
    this.#waiting.get(id)?.(ok)
    this.#waiting.delete(id)
  }

  async #keep(session: string | null): Promise<void> {
    this.#session = session
    const id = ++this.#lastId
    const ok = await new Promise<boolean>((resolve) => {
      this.#waiting.set(id, resolve)
      setTimeout(resolve, KEPT_WITHIN_MS, false)
      this.#tell({ t: 'keep', id, session })
    })
    if (!ok && session !== null) throw new Error('The session could not be kept by the system.')
  }
}
