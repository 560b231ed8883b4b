import type { PGlite, Transaction } from '@electric-sql/pglite'
import type { CHANGED_AREAS } from '#rpc/contract.ts'
import type {
  EventFact,
  PersonFact,
  PullResponse,
  SlotEntity,
  VerdictFact,
  VisitorFact,
} from '#shared/sync/protocol.ts'
import { applyErasures } from './apply-erasures.ts'
import { EVENT_KIND, type RawWindow, VERDICT_KIND } from './raw-window.ts'
import { rebuildLeads } from './rebuild-leads.ts'
import { storableJson } from './storable-text.ts'

export type PullPage = Extract<PullResponse, { kind: 'page' }>
export type ChangedArea = (typeof CHANGED_AREAS)[number]

export type AppliedPage = {
  areas: ChangedArea[]
  /** Rows the page carried, whether or not the replica had them. */
  rows: number
}

/**
 * Writes one page and its cursor in one transaction: after a crash the replica holds either both or
 * neither, so a page is never half there and never counted twice. Applying a page again changes
 * nothing.
 */
export const applyPage = async (
  db: PGlite,
  page: PullPage,
  options: { window: RawWindow; now: number },
): Promise<AppliedPage> =>
  db.transaction(async (tx) => {
    const oldest = options.now - options.window.ageMs
    const touched = new Set<string>()
    await applyErasures(tx, page.erasures, page.erasureKey, touched)
    await insertStream(tx, [
      ...page.events.filter((event) => event.receivedAt >= oldest).map(eventRow),
      ...page.verdicts.filter((verdict) => verdict.receivedAt >= oldest).map(verdictRow),
    ])
    await upsertVisitors(tx, page.visitors, touched)
    await upsertPersons(tx, page.persons, touched)
    await rebuildLeads(tx, touched)
    await upsertSlots(tx, page.slots)
    await tx.query(
      `update replica_state
        set epoch = $1, edit = $2, ingest_seq = $3, verdict_seq = $4, version = $5`,
      [page.epoch, page.edit, page.facts.ingestSeq, page.facts.verdictSeq, page.facts.version],
    )
    return changesOf(page)
  })

/** How many rows a page carries. */
export const rowsOf = (page: PullPage): number =>
  page.slots.length +
  page.events.length +
  page.verdicts.length +
  page.visitors.length +
  page.persons.length +
  page.erasures.length

const changesOf = (page: PullPage): AppliedPage => {
  const areas: ChangedArea[] = []
  const erased = page.erasures.length
  if (page.events.length + page.verdicts.length + erased > 0) areas.push('stream')
  if (page.visitors.length + page.persons.length + erased > 0) areas.push('leads')
  if (page.slots.length > 0) areas.push('slots')
  return { areas, rows: rowsOf(page) }
}

const eventRow = (event: EventFact) => ({
  kind: EVENT_KIND,
  seq: event.ingestSeq,
  received_at: event.receivedAt,
  verdict: event.bot ? 'bot' : 'accepted',
  message_id: event.messageId,
  type: event.type,
  name: event.name,
  visitor_id: event.visitorId,
  occurred_at: event.occurredAt,
  channel: event.channel,
  campaign: event.campaign,
  country: event.country,
  path: event.path,
  title: event.title,
  properties: storableJson(event.properties),
})

const verdictRow = (fact: VerdictFact) => ({
  kind: VERDICT_KIND,
  seq: fact.verdictSeq,
  received_at: fact.receivedAt,
  verdict: fact.verdict,
  reason: fact.reason,
  detail: fact.detail,
  message_id: fact.messageId,
  type: fact.type,
  name: fact.name,
})

/** Inserts what is new and counts exactly that into the minutes. */
const insertStream = async (tx: Transaction, rows: unknown[]): Promise<void> => {
  if (rows.length === 0) return
  await tx.query(
    `with added as (
        insert into stream (kind, seq, received_at, verdict, reason, detail, message_id, type, name,
          visitor_id, occurred_at, channel, campaign, country, path, title, properties)
        select kind, seq, received_at, verdict, reason, detail, message_id, type, name,
          visitor_id, occurred_at, channel, campaign, country, path, title, properties
        from jsonb_to_recordset($1::jsonb) as r (
          kind smallint, seq bigint, received_at bigint, verdict text, reason text, detail text,
          message_id text, type text, name text, visitor_id text, occurred_at bigint,
          channel text, campaign text, country text, path text, title text, properties text)
        on conflict (kind, seq) do nothing
        returning received_at, verdict
      )
      insert into received_minutes as m (minute, accepted, bot, duplicate, rejected, quarantined)
      select received_at / 60000 * 60000,
        count(*) filter (where verdict = 'accepted'),
        count(*) filter (where verdict = 'bot'),
        count(*) filter (where verdict = 'duplicate'),
        count(*) filter (where verdict = 'rejected'),
        count(*) filter (where verdict = 'quarantined')
      from added group by 1
      on conflict (minute) do update set
        accepted = m.accepted + excluded.accepted,
        bot = m.bot + excluded.bot,
        duplicate = m.duplicate + excluded.duplicate,
        rejected = m.rejected + excluded.rejected,
        quarantined = m.quarantined + excluded.quarantined`,
    [storableJson(rows)],
  )
}

const visitorRow = (fact: VisitorFact) => ({
  visitor_id: fact.visitorId,
  person_id: fact.personId,
  first_seen_at: fact.firstSeenAt,
  last_seen_at: fact.lastSeenAt,
  sessions: fact.sessions,
  pageviews: fact.pageviews,
  events: fact.events,
  channel: fact.channel,
  campaign: fact.campaign,
  country: fact.country,
  last_path: fact.lastPath,
  probability: fact.probability,
  points: fact.points,
  grade: fact.grade,
  fit: fact.fit,
  engagement: fact.engagement,
  reasons: storableJson(fact.reasons),
  model_version: fact.modelVersion,
  calibrated: fact.calibrated,
  scored_at: fact.scoredAt,
  version: fact.version,
})

/** `touched` gains the leads that the devices belonged to before and belong to now. */
const upsertVisitors = async (
  tx: Transaction,
  visitors: VisitorFact[],
  touched: Set<string>,
): Promise<void> => {
  if (visitors.length === 0) return
  const latest = new Map(visitors.map((visitor) => [visitor.visitorId, visitor]))
  const rows = storableJson([...latest.values()].map(visitorRow))
  const before = await tx.query<{ lead_key: string }>(
    `select lead_key from visitors
      where visitor_id in (select r.visitor_id from jsonb_to_recordset($1::jsonb)
        as r (visitor_id text))`,
    [rows],
  )
  const after = await tx.query<{ lead_key: string }>(
    `insert into visitors as v (visitor_id, person_id, first_seen_at, last_seen_at, sessions,
        pageviews, events, channel, campaign, country, last_path, probability, points, grade, fit,
        engagement, reasons, model_version, calibrated, scored_at, version)
      select visitor_id, person_id, first_seen_at, last_seen_at, sessions, pageviews, events,
        channel, campaign, country, last_path, probability, points, grade, fit, engagement,
        reasons, model_version, calibrated, scored_at, version
      from jsonb_to_recordset($1::jsonb) as r (
        visitor_id text, person_id text, first_seen_at bigint, last_seen_at bigint,
        sessions integer, pageviews integer, events integer, channel text, campaign text,
        country text, last_path text, probability double precision, points integer, grade text,
        fit double precision, engagement double precision, reasons text, model_version text,
        calibrated boolean, scored_at bigint, version bigint)
      on conflict (visitor_id) do update set
        person_id = excluded.person_id, first_seen_at = excluded.first_seen_at,
        last_seen_at = excluded.last_seen_at, sessions = excluded.sessions,
        pageviews = excluded.pageviews, events = excluded.events, channel = excluded.channel,
        campaign = excluded.campaign, country = excluded.country,
        last_path = excluded.last_path, probability = excluded.probability,
        points = excluded.points, grade = excluded.grade, fit = excluded.fit,
        engagement = excluded.engagement, reasons = excluded.reasons,
        model_version = excluded.model_version, calibrated = excluded.calibrated,
        scored_at = excluded.scored_at, version = excluded.version
      where v.version <= excluded.version
      returning lead_key`,
    [rows],
  )
  for (const { lead_key } of [...before.rows, ...after.rows]) touched.add(lead_key)
}

const personRow = (fact: PersonFact) => ({
  person_id: fact.personId,
  user_id: fact.userId,
  email: fact.email,
  name: fact.name,
  company: fact.company,
  account_id: fact.accountId,
  traits: storableJson(fact.traits),
  version: fact.version,
})

const upsertPersons = async (
  tx: Transaction,
  persons: PersonFact[],
  touched: Set<string>,
): Promise<void> => {
  if (persons.length === 0) return
  const latest = new Map(persons.map((person) => [person.personId, person]))
  for (const personId of latest.keys()) touched.add(`p:${personId}`)
  const all = [...latest.values()]
  await tx.query(
    'delete from persons where person_id in (select jsonb_array_elements_text($1::jsonb))',
    [storableJson(all.filter((person) => person.deleted).map((person) => person.personId))],
  )
  await tx.query(
    `insert into persons as p (person_id, user_id, email, name, company, account_id, traits, version)
      select person_id, user_id, email, name, company, account_id, traits, version
      from jsonb_to_recordset($1::jsonb) as r (person_id text, user_id text, email text, name text,
        company text, account_id text, traits text, version bigint)
      on conflict (person_id) do update set
        user_id = excluded.user_id, email = excluded.email, name = excluded.name,
        company = excluded.company, account_id = excluded.account_id, traits = excluded.traits,
        version = excluded.version
      where p.version <= excluded.version`,
    [storableJson(all.filter((person) => !person.deleted).map(personRow))],
  )
}

const upsertSlots = async (tx: Transaction, slots: SlotEntity[]): Promise<void> => {
  for (const slot of slots) {
    if (slot.deleted) {
      await tx.query('delete from slots where key = $1', [slot.key])
      continue
    }
    await tx.query(
      `insert into slots as s (key, name, status, variants, edit_version)
        values ($1, $2, $3, $4, $5)
        on conflict (key) do update set name = excluded.name, status = excluded.status,
          variants = excluded.variants, edit_version = excluded.edit_version
        where s.edit_version <= excluded.edit_version`,
      [slot.key, slot.name, slot.status, storableJson(slot.variants), slot.editVersion],
    )
  }
}
