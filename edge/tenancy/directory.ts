import { hashKey, type KeyKind, parseKey } from '../keys/api-key.ts'
import type { StoreClient } from '../store/client.ts'
import type { Workspace } from './workspace.ts'

/** A yes is trusted this long; also the time within which a revocation takes effect. */
const FRESH_MS = 30_000
/** A no is remembered briefly, so that a new key works at once and a wrong one costs little. */
const REFUSAL_MS = 2_000
/** While the control database is away, capture goes on with a yes at most this old. */
const WRITE_KEY_GRACE_MS = 600_000
const MAX_ENTRIES = 5_000

export type KeyCheck =
  | { kind: 'ok'; key: KeyKind; workspace: Workspace }
  /** The control database said no. Only this may be answered with 401. */
  | { kind: 'refused' }
  /** It could not be asked: 503, because client libraries delete data on 4xx. */
  | { kind: 'unavailable'; reason: string }

export interface Site {
  workspace: Workspace
  origin: string
}

type Entry<T> = { value: T | null; checkedAt: number }

const WORKSPACE_COLUMNS = `w.id, w.name, w.timezone, w.region, w.buckets, w.honour_gpc, d.url
  FROM workspaces w JOIN databases d ON d.workspace_id = w.id`

/**
 * The isolate's memory of the control database: who a key belongs to, where a workspace lives, which
 * site a host serves. Holds nothing but what that database said, bounded and short-lived.
 */
export class Directory {
  readonly #openControl: () => StoreClient
  readonly #now: () => number
  readonly #keys = new Map<string, Entry<{ key: KeyKind; workspace: Workspace }>>()
  readonly #workspaces = new Map<string, Entry<Workspace>>()
  readonly #sites = new Map<string, Entry<Site>>()

  /** @param openControl a client for one question: a Worker must not share I/O between requests */
  constructor(openControl: () => StoreClient, now: () => number = Date.now) {
    this.#openControl = openControl
    this.#now = now
  }

  /** The hot path: a key checked a moment ago needs no await. */
  checkCached(key: string): KeyCheck | null {
    const entry = this.#keys.get(key)
    if (!entry || !isFresh(entry, this.#now())) return null
    return entry.value ? { kind: 'ok', ...entry.value } : { kind: 'refused' }
  }

  async check(key: string): Promise<KeyCheck> {
    const cached = this.checkCached(key)
    if (cached) return cached
    const parsed = parseKey(key)
    if (!parsed) return { kind: 'refused' }
    try {
      const found = await this.#openControl().execute({
        sql: `SELECT k.kind, ${WORKSPACE_COLUMNS}
              JOIN api_keys k ON k.workspace_id = w.id
              WHERE k.key_hash = ? AND k.workspace_id = ? AND k.revoked_at IS NULL`,
        args: [await hashKey(key), parsed.workspaceId],
      })
      const row = found.rows[0]
      const value = row ? { key: parsed.kind, workspace: workspaceOf(row) } : null
      remember(this.#keys, key, { value, checkedAt: this.#now() })
      return value ? { kind: 'ok', ...value } : { kind: 'refused' }
    } catch (error) {
      const stale = this.#keys.get(key)
      const age = stale ? this.#now() - stale.checkedAt : Number.POSITIVE_INFINITY
      if (stale?.value && parsed.kind === 'write' && age < WRITE_KEY_GRACE_MS) {
        return { kind: 'ok', ...stale.value }
      }
      return { kind: 'unavailable', reason: error instanceof Error ? error.message : String(error) }
    }
  }

  /** @throws what the control database throws */
  async workspaceIds(): Promise<string[]> {
    const found = await this.#openControl().execute('SELECT id FROM workspaces ORDER BY id')
    return found.rows.map((row) => String(row.id))
  }

  /** Whether the control database answers right now. */
  async reachable(): Promise<boolean> {
    try {
      await this.#openControl().execute('SELECT 1')
      return true
    } catch {
      return false
    }
  }

  /** @throws what the control database throws when it cannot be asked and nothing is remembered */
  async workspace(id: string): Promise<Workspace | null> {
    return lookUp(this.#workspaces, id, this.#now(), async () => {
      const found = await this.#openControl().execute({
        sql: `SELECT ${WORKSPACE_COLUMNS} WHERE w.id = ?`,
        args: [id],
      })
      return found.rows[0] ? workspaceOf(found.rows[0]) : null
    })
  }

  /** @throws as {@link workspace} */
  async site(host: string): Promise<Site | null> {
    return lookUp(this.#sites, host, this.#now(), async () => {
      const found = await this.#openControl().execute({
        sql: `SELECT s.origin, ${WORKSPACE_COLUMNS} JOIN sites s ON s.workspace_id = w.id WHERE s.host = ?`,
        args: [host],
      })
      const row = found.rows[0]
      return row ? { workspace: workspaceOf(row), origin: String(row.origin) } : null
    })
  }
}

async function lookUp<T>(
  cache: Map<string, Entry<T>>,
  key: string,
  now: number,
  ask: () => Promise<T | null>,
): Promise<T | null> {
  const entry = cache.get(key)
  if (entry && isFresh(entry, now)) return entry.value
  try {
    const value = await ask()
    remember(cache, key, { value, checkedAt: now })
    return value
  } catch (error) {
    // Where a workspace lives does not change while the control database is away.
    if (entry?.value) return entry.value
    throw error
  }
}

function isFresh(entry: Entry<unknown>, now: number): boolean {
  return now - entry.checkedAt < (entry.value ? FRESH_MS : REFUSAL_MS)
}

function remember<T>(cache: Map<string, Entry<T>>, key: string, entry: Entry<T>): void {
  if (cache.size >= MAX_ENTRIES) cache.delete(cache.keys().next().value ?? key)
  cache.set(key, entry)
}

function workspaceOf(row: Record<string, unknown>): Workspace {
  return {
    id: String(row.id),
    name: String(row.name),
    timezone: String(row.timezone),
    region: String(row.region),
    buckets: Number(row.buckets),
    honourGpc: Number(row.honour_gpc) === 1,
    databaseUrl: String(row.url),
  }
}
