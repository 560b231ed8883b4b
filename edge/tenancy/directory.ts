import { and, eq, isNull } from 'drizzle-orm'
import { grantedToKey, parsePermissions } from '#shared/access/granted.ts'
import type { KeyKind, Permission } from '#shared/access/matrix.ts'
import { type AllowedOrigins, allowedOriginsIn } from '../keys/allowed-origins.ts'
import { hashKey, type ParsedKey, parseKey } from '../keys/api-key.ts'
import type { StoreClient } from '../store/client.ts'
import { apiKeys, databases, sites, workspaces } from '../store/control-schema.ts'
import { queryOf } from '../store/query.ts'
import type { Site } from './site.ts'
import type { SiteCopies } from './site-copies.ts'
import type { Workspace } from './workspace.ts'

/** A yes is trusted this long; also the time within which a revocation takes effect. */
const FRESH_MS = 30_000
/** A no is remembered briefly, so that a new key works at once and a wrong one costs little. */
const REFUSAL_MS = 2_000
/** While the control database is away, capture goes on with a yes at most this old. */
const WRITE_KEY_GRACE_MS = 600_000
/** After a failure, who can do without an answer does not wait for another: each question may hang for seconds. */
const DOWN_MS = 2_000
const MAX_ENTRIES = 5_000

export type KeyCheck =
  | ({ kind: 'ok' } & KnownKey)
  /** The control database said no. Only this may be answered with 401. */
  | { kind: 'refused' }
  /** It could not be asked: 503, because client libraries delete data on 4xx. */
  | { kind: 'unavailable'; reason: string }

type Entry<T> = { value: T; checkedAt: number }
const NEVER = { at: Number.NEGATIVE_INFINITY, reason: '' }

interface KnownKey {
  key: KeyKind
  prefix: string
  permissions: readonly Permission[]
  workspace: Workspace
  /** From where browsers may use it; null for anywhere. */
  allowedOrigins: AllowedOrigins
}

const WORKSPACE = {
  id: workspaces.id,
  name: workspaces.name,
  timezone: workspaces.timezone,
  region: workspaces.region,
  buckets: workspaces.buckets,
  honourGpc: workspaces.honourGpc,
  databaseUrl: databases.url,
}

/**
 * The isolate's memory of the control database: who a key belongs to, where a workspace lives, which
 * site a host serves. Holds nothing but what that database said, bounded and short-lived.
 */
export class Directory {
  readonly #openControl: () => StoreClient
  readonly #siteCopies: SiteCopies
  readonly #now: () => number
  readonly #maxEntries: number
  readonly #keys = new Map<string, Entry<KnownKey>>()
  /** When each was refused. Apart from the good ones, so that no flood of wrong keys drives those out. */
  readonly #refusedKeys = new Map<string, number>()
  readonly #workspaces = new Map<string, Entry<Workspace | null>>()
  readonly #sites = new Map<string, Entry<Site | null>>()
  #failed = NEVER

  /** @param openControl a client for one question: a Worker must not share I/O between requests */
  constructor(
    openControl: () => StoreClient,
    siteCopies: SiteCopies,
    now: () => number = Date.now,
    maxEntries = MAX_ENTRIES,
  ) {
    this.#openControl = openControl
    this.#siteCopies = siteCopies
    this.#now = now
    this.#maxEntries = maxEntries
  }

  /** The hot path: a key checked a moment ago needs no await. */
  checkCached(key: string): KeyCheck | null {
    const now = this.#now()
    const known = this.#keys.get(key)
    if (known && now - known.checkedAt < FRESH_MS) return { kind: 'ok', ...known.value }
    const refusedAt = this.#refusedKeys.get(key)
    return refusedAt !== undefined && now - refusedAt < REFUSAL_MS ? { kind: 'refused' } : null
  }

  async check(key: string): Promise<KeyCheck> {
    const cached = this.checkCached(key)
    if (cached) return cached
    const parsed = parseKey(key)
    if (!parsed) return { kind: 'refused' }
    const { at, reason } = this.#failed
    if (this.#now() - at < DOWN_MS) {
      const graced = this.#withoutControl(key, parsed.kind, reason)
      if (graced.kind === 'ok') return graced
    }
    try {
      const value = await this.#findKey(key, parsed)
      this.#failed = NEVER
      if (!value) {
        this.#keys.delete(key)
        remember(this.#refusedKeys, key, this.#now(), this.#maxEntries)
        return { kind: 'refused' }
      }
      this.#refusedKeys.delete(key)
      remember(this.#keys, key, { value, checkedAt: this.#now() }, this.#maxEntries)
      return { kind: 'ok', ...value }
    } catch (error) {
      const reason = reasonOf(error)
      this.#failed = { at: this.#now(), reason }
      return this.#withoutControl(key, parsed.kind, reason)
    }
  }

  #withoutControl(key: string, kind: KeyKind, reason: string): KeyCheck {
    const known = this.#keys.get(key)
    const age = known ? this.#now() - known.checkedAt : Number.POSITIVE_INFINITY
    return known && kind === 'write' && age < WRITE_KEY_GRACE_MS
      ? { kind: 'ok', ...known.value }
      : { kind: 'unavailable', reason }
  }

  async #findKey(key: string, parsed: ParsedKey): Promise<KnownKey | null> {
    const [row] = await queryOf(this.#openControl())
      .select({
        workspace: WORKSPACE,
        prefix: apiKeys.prefix,
        permissions: apiKeys.permissions,
        allowedOrigins: apiKeys.allowedOrigins,
      })
      .from(apiKeys)
      .innerJoin(workspaces, eq(workspaces.id, apiKeys.workspaceId))
      .innerJoin(databases, eq(databases.workspaceId, workspaces.id))
      .where(
        and(
          eq(apiKeys.keyHash, await hashKey(key)),
          eq(apiKeys.workspaceId, parsed.workspaceId),
          eq(apiKeys.kind, parsed.kind),
          isNull(apiKeys.revokedAt),
        ),
      )
    if (!row) return null
    const { workspace, prefix } = row
    return {
      key: parsed.kind,
      prefix,
      permissions: grantedToKey(parsed.kind, parsePermissions(row.permissions)),
      workspace,
      allowedOrigins: allowedOriginsIn(row.allowedOrigins),
    }
  }

  /** @throws what the control database throws */
  async workspaceIds(): Promise<string[]> {
    const found = await queryOf(this.#openControl())
      .select({ id: workspaces.id })
      .from(workspaces)
      .orderBy(workspaces.id)
    return found.map(({ id }) => id)
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
    return this.#lookUp(this.#workspaces, id, async () => {
      const [row] = await queryOf(this.#openControl())
        .select(WORKSPACE)
        .from(workspaces)
        .innerJoin(databases, eq(databases.workspaceId, workspaces.id))
        .where(eq(workspaces.id, id))
      return row ?? null
    })
  }

  /**
   * Which site a host serves. While the control database is away: as remembered, else as the copy in KV
   * says.
   *
   * @throws as {@link workspace}
   */
  async site(host: string): Promise<Site | null> {
    const ask = async () => {
      const [row] = await queryOf(this.#openControl())
        .select({
          workspaceId: workspaces.id,
          origin: sites.origin,
          honourGpc: workspaces.honourGpc,
        })
        .from(sites)
        .innerJoin(workspaces, eq(workspaces.id, sites.workspaceId))
        .innerJoin(databases, eq(databases.workspaceId, workspaces.id))
        .where(eq(sites.host, host))
      const site = row ?? null
      this.#siteCopies.note(host, site)
      return site
    }
    return this.#lookUp(this.#sites, host, ask, () => this.#siteCopies.read(host))
  }

  /**
   * Where a workspace or a site lives does not change while the control database is away.
   *
   * @param copy asked when nothing is remembered; what it has is as old as it says
   */
  async #lookUp<T>(
    cache: Map<string, Entry<T | null>>,
    key: string,
    ask: () => Promise<T | null>,
    copy: () => Promise<Entry<T> | null> = async () => null,
  ): Promise<T | null> {
    const now = this.#now()
    const entry = cache.get(key)
    if (entry && now - entry.checkedAt < (entry.value ? FRESH_MS : REFUSAL_MS)) return entry.value
    const withoutControl = async () => {
      if (entry) return entry
      const copied = await copy()
      if (copied) remember(cache, key, copied, this.#maxEntries)
      return copied
    }
    const isDown = this.#failed !== NEVER
    if (isDown && now - this.#failed.at < DOWN_MS) {
      const held = await withoutControl()
      if (held) return held.value
    }
    // Of those who come while it is down one asks, and the others need not wait with it.
    if (isDown) this.#failed = { ...this.#failed, at: now }
    try {
      const value = await ask()
      this.#failed = NEVER
      remember(cache, key, { value, checkedAt: now }, this.#maxEntries)
      return value
    } catch (error) {
      this.#failed = { at: this.#now(), reason: reasonOf(error) }
      const held = await withoutControl()
      if (held) return held.value
      throw error
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Keeps what was said last: a busy key is said again every 30 s and so outlives the idle ones. */
function remember<T>(cache: Map<string, T>, key: string, value: T, max: number): void {
  cache.delete(key)
  if (cache.size >= max) cache.delete(cache.keys().next().value ?? key)
  cache.set(key, value)
}
