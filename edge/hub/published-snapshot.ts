import { EMPTY_SNAPSHOT, SlotSnapshot } from '#shared/targeting/slot.ts'
import { inTime } from '../deadlines/in-time.ts'
import type { Env } from '../env.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import type { Workspace } from '../tenancy/workspace.ts'
import { publishedBody } from './slot-store.ts'

/** How long an isolate may go on with a version before it asks the hub again. */
const POINTER_MAX_AGE_MS = 15_000
/** How long it may go on while the hub cannot be asked: a kill switch works within a minute, or pages stay as they are. */
const UNCONFIRMED_MAX_AGE_MS = 60_000
/** KV is here to be fast; the store has the same body. */
const KV_TIMEOUT_MS = 250
const MAX_WORKSPACES = 1_000

interface Held {
  snapshot: SlotSnapshot
  askedAt: number
}

/** What the snapshots come from. */
export interface SnapshotSources {
  /** @throws when the hub cannot be asked */
  version(workspace: Workspace): Promise<number>
  /** Null where KV has none (yet): it may be a minute behind and remembers absences. */
  fromKv(key: string): Promise<string | null>
  /** @throws when the store cannot be asked */
  fromStore(workspace: Workspace, version: number): Promise<string | null>
  /** Unix milliseconds. */
  now(): number
}

export function snapshotKey(workspaceId: string, version: number): string {
  return `snapshot:${workspaceId}:${version}`
}

/**
 * An isolate's memory of published configurations. KV is never asked what is current, only for the body
 * of a version that the hub named; bodies never change.
 */
export class PublishedSnapshots {
  readonly #sources: SnapshotSources
  readonly #held = new Map<string, Held>()

  constructor(sources: SnapshotSources) {
    this.#sources = sources
  }

  /** @throws when neither hub nor memory says what is current, or no place has the body */
  async of(workspace: Workspace): Promise<SlotSnapshot> {
    const known = this.#held.get(workspace.id)
    const now = this.#sources.now()
    const age = known ? now - known.askedAt : Number.POSITIVE_INFINITY
    if (known && age < POINTER_MAX_AGE_MS) return known.snapshot
    try {
      const version = await this.#sources.version(workspace)
      const snapshot =
        known?.snapshot.version === version ? known.snapshot : await this.#body(workspace, version)
      if (this.#held.size >= MAX_WORKSPACES) this.#held.clear()
      this.#held.set(workspace.id, { snapshot, askedAt: now })
      return snapshot
    } catch (error) {
      if (known && age < UNCONFIRMED_MAX_AGE_MS) return known.snapshot
      throw error
    }
  }

  async #body(workspace: Workspace, version: number): Promise<SlotSnapshot> {
    if (version === 0) return EMPTY_SNAPSHOT
    const body =
      (await inTime(this.#sources.fromKv(snapshotKey(workspace.id, version)), KV_TIMEOUT_MS)) ??
      (await this.#sources.fromStore(workspace, version))
    if (body === null) throw new Error(`Version ${version} of the slots has no body anywhere.`)
    return SlotSnapshot.parse(JSON.parse(body))
  }
}

const snapshots = new WeakMap<Env, PublishedSnapshots>()

/** The configuration to decide from, of the isolate's own memory. */
export function publishedSnapshot(env: Env, workspace: Workspace): Promise<SlotSnapshot> {
  const known = snapshots.get(env)
  if (known) return known.of(workspace)
  const made = new PublishedSnapshots({
    version: ({ id }) => env.WORKSPACE_HUB.getByName(id).publishedVersion(),
    fromKv: (key) => env.CONFIG.get(key),
    fromStore: (asked, version) => publishedBody(workspaceStore(env, asked), version),
    now: Date.now,
  })
  snapshots.set(env, made)
  return made.of(workspace)
}
