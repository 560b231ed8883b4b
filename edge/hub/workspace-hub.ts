import { DurableObject } from 'cloudflare:workers'
import { Slot, type SlotSnapshot } from '#shared/targeting/slot.ts'
import type { Env } from '../env.ts'
import type { StoreClient } from '../store/client.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { directoryOf } from '../tenancy/directory-of.ts'
import { snapshotKey } from './published-snapshot.ts'

/**
 * One object a workspace for what must be said once and be current: the version of the published
 * configuration, and the order of people's edits. It never waits for a fold.
 */
export class WorkspaceHub extends DurableObject<Env> {
  #running: Promise<unknown> = Promise.resolve()

  /** The version that edges should serve; they ask at most every 15 s, so a kill switch works within a minute. */
  async publishedVersion(): Promise<number> {
    return (await this.ctx.storage.get<number>('published_version')) ?? this.#versionFromStore()
  }

  /** Saves a slot as people edited it; live pages change only when it is published. */
  async saveSlot(input: unknown): Promise<{ editVersion: number }> {
    const slot = Slot.parse(input)
    return this.#inOrder(async (store) => {
      const [, , version] = await store.batch(
        [
          'UPDATE store_meta SET edit_version = edit_version + 1',
          {
            sql: `INSERT INTO slots (key, name, status, definition, edit_version)
                  VALUES (?, ?, ?, ?, (SELECT edit_version FROM store_meta))
                  ON CONFLICT (key) DO UPDATE SET name = excluded.name, status = excluded.status,
                    definition = excluded.definition, edit_version = excluded.edit_version, deleted = 0`,
            args: [slot.key, slot.name, slot.status, JSON.stringify(slot)],
          },
          'SELECT edit_version FROM store_meta',
        ],
        'write',
      )
      return { editVersion: Number(version?.rows[0]?.edit_version) }
    })
  }

  /**
   * Publishes all slots as one immutable body, one version higher. The body goes to the store and to
   * KV first, the pointer moves last: an edge never sees a version without its body.
   */
  async publish(): Promise<{ version: number }> {
    return this.#inOrder(async (store) => {
      const found = await store.execute(
        'SELECT definition FROM slots WHERE deleted = 0 ORDER BY key',
      )
      const version = (await this.#versionFromStore()) + 1
      const snapshot: SlotSnapshot = {
        version,
        slots: found.rows.map((row) => Slot.parse(JSON.parse(String(row.definition)))),
      }
      const body = JSON.stringify(snapshot)
      await store.execute({
        sql: 'INSERT INTO snapshots (version, body, published_at) VALUES (?, ?, ?)',
        args: [version, body, Date.now()],
      })
      await this.env.CONFIG.put(snapshotKey(this.#workspaceId, version), body)
      await this.ctx.storage.put('published_version', version)
      return { version }
    })
  }

  get #workspaceId(): string {
    return this.ctx.id.name ?? ''
  }

  async #versionFromStore(): Promise<number> {
    const store = await this.#store()
    const found = await store.execute('SELECT coalesce(max(version), 0) AS version FROM snapshots')
    return Number(found.rows[0]?.version ?? 0)
  }

  async #store(): Promise<StoreClient> {
    const workspace = await directoryOf(this.env).workspace(this.#workspaceId)
    if (!workspace) throw new Error(`There is no workspace ${this.#workspaceId}.`)
    return workspaceStore(this.env, workspace)
  }

  /** Edits are numbered, so they happen one after another. */
  #inOrder<T>(work: (store: StoreClient) => Promise<T>): Promise<T> {
    const result = this.#running.then(async () => work(await this.#store()))
    this.#running = result.catch(() => undefined)
    return result
  }
}
