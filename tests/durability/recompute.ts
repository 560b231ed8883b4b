import type { Client, Transaction } from '@libsql/client'
import { expect } from 'vitest'
import { foldEvents, type TraitStatement } from '#edge/projection/fold.ts'
import { resolveNeighbourhood } from '#edge/projection/persons.ts'
import { nodeOf } from '#edge/projection/project-batch.ts'
import {
  type ProjectedEvent,
  projectedEvents,
  READ_EVENTS,
} from '#edge/projection/projected-event.ts'
import { ZoneDays } from '#edge/projection/rollups.ts'
import { latestTraits, traitChanges } from '#edge/projection/trait-history.ts'
import { Session } from '#shared/sessions/session.ts'
import { type Difference, describeDifferences, differencesOf } from './differences.ts'
import { PLAIN_CHECKS } from './plain-checks.ts'

type Row = Record<string, unknown>

const READS = {
  visitors: 'SELECT * FROM visitors',
  sessions: 'SELECT * FROM sessions',
  rollups: 'SELECT * FROM rollups',
  visitorDays: 'SELECT * FROM visitor_days',
  links: 'SELECT * FROM identity_links',
  undos: 'SELECT link_id FROM identity_undos',
  nodes: 'SELECT * FROM identity_nodes',
  persons: 'SELECT * FROM persons WHERE deleted = 0',
  accounts: 'SELECT account_id FROM accounts',
  nodeTraits: 'SELECT * FROM node_traits',
  traitChanges: 'SELECT * FROM trait_changes ORDER BY node, key, change_seq',
} as const

/** A page's answer stays far below what the store may answer at once. */
const EVENTS_PER_READ = 10_000

const READ_FOLDED_EVENTS = READ_EVENTS.replace(
  'ingest_seq > (SELECT ingest_seq FROM projector_cursor)',
  'ingest_seq > ? AND ingest_seq <= (SELECT ingest_seq FROM projector_cursor)',
)

/** One view of the store that stands still: an open transaction. */
export type Snapshot = Pick<Transaction, 'execute'>

/**
 * Recomputes everything derived from the events alone, in one go, and compares it with what is stored:
 * once through the pure fold over all events at once, and once in plain SQL, so that a bug in the
 * shared fold cannot hide.
 *
 * @param timezone of the workspace, in which its days begin
 */
export async function compareDerived(snapshot: Snapshot, timezone: string): Promise<Difference[]> {
  const rows = new Map<string, Row[]>()
  for (const [name, sql] of Object.entries(READS)) rows.set(name, await rowsOf(snapshot, sql))
  const differences = folded(await foldedEvents(snapshot), (name) => rows.get(name) ?? [], timezone)
  for (const { name, sql } of PLAIN_CHECKS) {
    for (const row of await rowsOf(snapshot, sql)) {
      const side = row.side === 'stored' ? 'stored' : 'expected'
      const none = { stored: undefined, expected: undefined }
      differences.push({ table: `${name} (plain SQL)`, key: side, ...none, [side]: row })
    }
  }
  return differences
}

/** Fails with the first differences spelled out. May run while a platform is at work. */
export async function expectDerivedIsRecomputed(store: Client, timezone: string): Promise<void> {
  const snapshot = await store.transaction('read')
  try {
    const differences = await compareDerived(snapshot, timezone)
    expect.soft(differences.length, describeDifferences(differences)).toBe(0)
    expect(differences.slice(0, 3)).toEqual([])
  } finally {
    snapshot.close()
  }
}

async function foldedEvents(snapshot: Snapshot): Promise<ProjectedEvent[]> {
  const events: ProjectedEvent[] = []
  for (;;) {
    const from = events.at(-1)?.ingestSeq ?? 0
    const { rows } = await snapshot.execute({
      sql: READ_FOLDED_EVENTS,
      args: [from, EVENTS_PER_READ],
    })
    const page = projectedEvents(String(rows[0]?.tuples))
    if (page.length === 0) return events
    events.push(...page)
  }
}

function folded(
  events: readonly ProjectedEvent[],
  at: (name: keyof typeof READS) => Row[],
  timezone: string,
): Difference[] {
  const fold = foldEvents(events, new Map(), new ZoneDays(timezone))
  const links = new Map(fold.links.map((link) => [link.id, link]))
  const held = latestTraits(fold.traits.map(({ receivedAt: _, ...trait }) => trait))
  const { persons, moved } = resolveNeighbourhood({
    links,
    undone: new Set(at('undos').map((row) => String(row.link_id))),
    traits: held,
    persons: new Map(),
  })
  const owner = new Map(moved.map(({ node, personId }) => [node, personId]))
  return [
    ...differencesOf(
      'visitors',
      at('visitors').map((row) => [String(row.visitor_id), visitorOf(row)]),
      fold.visitors.map(({ row }) => [
        row.visitorId,
        { ...row, personId: owner.get(nodeOf(row)) ?? null },
      ]),
    ),
    ...differencesOf(
      'sessions',
      at('sessions').map((row) => [
        `${row.visitor_id} ${row.start_at}`,
        Session.parse(JSON.parse(String(row.summary))),
      ]),
      fold.visitors.flatMap(({ row, sessions }) =>
        sessions.map((session) => [`${row.visitorId} ${session.startAt}`, session] as const),
      ),
    ),
    ...differencesOf(
      'rollups',
      at('rollups').map((r) => [
        `${r.bucket_at} ${r.dimension} ${r.bot} ${r.value}`,
        Number(r.events),
      ]),
      fold.rollups.map((r) => [`${r.bucketAt} ${r.dimension} ${r.bot} ${r.value}`, r.events]),
    ),
    ...differencesOf(
      'visitor_days',
      at('visitorDays').map((row) => [`${row.day} ${row.visitor_id}`, true]),
      plainVisitorDays(events, timezone),
    ),
    ...differencesOf(
      'identity_links',
      at('links').map((row) => [String(row.link_id), linkOf(row)]),
      fold.links.map((link) => [link.id, comparableLink({ ...link })]),
    ),
    ...differencesOf(
      'identity_nodes',
      at('nodes').map((row) => [String(row.node), row.person_id]),
      owner,
    ),
    ...differencesOf(
      'persons',
      at('persons').map((row) => [String(row.person_id), personOf(row)]),
      persons.map((person) => [person.personId, person]),
    ),
    ...differencesOf(
      'accounts',
      at('accounts').map((row) => [String(row.account_id), true]),
      fold.links
        .filter((link) => link.kind === 'group')
        .map((link) => [link.other.slice(2), true] as const),
    ),
    ...differencesOf(
      'node_traits',
      at('nodeTraits').map((row) => [`${row.node} ${row.key}`, traitOf(row)]),
      held.map((trait) => [`${trait.node} ${trait.key}`, trait]),
    ),
    ...differencesOf(
      'trait_changes',
      // The order within each trait is what counts: an erasure writes the histories it touched anew.
      numbered(at('traitChanges').map((row) => ({ ...traitOf(row), receivedAt: row.received_at }))),
      numbered(traitChanges([], fold.traits)),
    ),
  ]
}

function numbered(changes: readonly Row[] | readonly TraitStatement[]): [string, unknown][] {
  const counts = new Map<string, number>()
  return changes.map((change) => {
    const key = `${change.node} ${change.key}`
    const count = counts.get(key) ?? 0
    counts.set(key, count + 1)
    return [`${key} ${count}`, change]
  })
}

/** Days counted without the fold's memory of zones, one date at a time. */
function plainVisitorDays(
  events: readonly ProjectedEvent[],
  timezone: string,
): [string, boolean][] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone })
  return events
    .filter((event) => !event.bot && event.visitorId !== null)
    .map((event) => [`${format.format(event.occurredAt)} ${event.visitorId}`, true])
}

async function rowsOf(snapshot: Snapshot, sql: string): Promise<Row[]> {
  const { rows } = await snapshot.execute(sql)
  return rows.map((row) => ({ ...row }))
}

function visitorOf(row: Row): unknown {
  return {
    visitorId: row.visitor_id,
    nodeKind: row.node_kind,
    personId: row.person_id,
    firstSeenAt: row.first_seen_at,
    firstMessageId: row.first_message_id,
    lastSeenAt: row.last_seen_at,
    lastMessageId: row.last_message_id,
    sessions: row.sessions,
    pageviews: row.pageviews,
    events: row.events,
    channel: row.channel,
    source: row.source,
    campaign: row.campaign,
    country: row.country,
    lastPath: row.last_path,
    lastPathAt: row.last_path_at,
    lastPathMessageId: row.last_path_message_id,
  }
}

function linkOf(row: Row): unknown {
  return comparableLink({
    id: row.link_id,
    kind: row.kind,
    node: row.node,
    other: row.other,
    verified: row.verified === 1,
    firstAt: row.first_at,
    firstMessageId: row.first_message_id,
    lastAt: row.last_at,
    lastMessageId: row.last_message_id,
  })
}

/** When a claim was last repeated decides nothing, so the store does not follow it; for accounts it does. */
function comparableLink(link: Row): unknown {
  return link.kind === 'group' ? link : { ...link, lastAt: null, lastMessageId: null }
}

function personOf(row: Row): unknown {
  return {
    personId: row.person_id,
    userId: row.user_id,
    email: row.email,
    name: row.name,
    company: row.company,
    accountId: row.account_id,
    traits: JSON.parse(String(row.traits)),
  }
}

function traitOf(row: Row): Row {
  return {
    node: row.node,
    key: row.key,
    value: JSON.parse(String(row.value)),
    occurredAt: row.occurred_at,
    messageId: row.message_id,
    verified: row.verified === 1,
  }
}
