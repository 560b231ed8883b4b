import type { ResultSet } from '@libsql/client/web'
import {
  EventFact,
  PersonFact,
  SlotEntity,
  VerdictFact,
  VisitorFact,
} from '#shared/sync/protocol.ts'

export type Row = ResultSet['rows'][number]

export function slotOf(row: Row): SlotEntity {
  const { variants } = JSON.parse(String(row.definition)) as SlotEntity
  return SlotEntity.parse({
    key: row.key,
    name: row.name,
    status: row.status,
    variants: variants.map(({ key, name }) => ({ key, name })),
    editVersion: row.edit_version,
    deleted: row.deleted === 1,
  })
}

export function eventOf(row: Row): EventFact {
  return EventFact.parse({
    ingestSeq: row.ingest_seq,
    messageId: row.message_id,
    type: row.type,
    name: row.name,
    visitorId: row.visitor_id,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    bot: row.bot === 1,
    channel: row.channel,
    campaign: row.campaign,
    country: row.country,
    path: row.path,
    title: row.title,
    properties: JSON.parse(String(row.properties ?? '{}')),
  })
}

export function verdictOf(row: Row): VerdictFact {
  return VerdictFact.parse({
    verdictSeq: row.verdict_seq,
    messageId: row.message_id,
    verdict: row.verdict,
    reason: row.reason,
    detail: row.detail,
    type: row.type,
    name: row.name,
    receivedAt: row.received_at,
  })
}

export function visitorOf(row: Row): VisitorFact {
  return VisitorFact.parse({
    visitorId: row.visitor_id,
    personId: row.person_id,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    sessions: row.sessions,
    pageviews: row.pageviews,
    events: row.events,
    channel: row.channel,
    campaign: row.campaign,
    country: row.country,
    lastPath: row.last_path,
    probability: row.probability,
    points: row.points,
    grade: row.grade,
    fit: row.fit,
    engagement: row.engagement,
    reasons: JSON.parse(String(row.reasons ?? '[]')),
    modelVersion: row.model_version,
    calibrated: row.calibrated === null ? null : row.calibrated === 1,
    scoredAt: row.scored_at,
    version: row.version,
  })
}

export function personOf(row: Row): PersonFact {
  return PersonFact.parse({
    personId: row.person_id,
    deleted: row.deleted === 1,
    userId: row.user_id,
    email: row.email,
    name: row.name,
    company: row.company,
    accountId: row.account_id,
    traits: JSON.parse(String(row.traits)),
    version: row.version,
  })
}
