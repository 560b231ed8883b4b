import type { PGlite } from '@electric-sql/pglite'
import { z } from 'zod'
import type { ParsedInput } from '#rpc/contract.ts'
import { StreamItem, StreamItemDetail, type StreamPage } from '#rpc/stream.ts'
import { EVENT_KIND, VERDICT_KIND } from '../replica/raw-window.ts'
import { decodeCursor, JsonObject, likePattern, pageOf, storedJson } from './page-cursor.ts'

const StreamCursor = z.tuple([z.number(), z.number(), z.number()])

const COLUMNS = `s.kind, s.seq, s.verdict, s.reason, s.detail, s.message_id, s.type, s.name,
  s.visitor_id, s.received_at, s.channel, s.country, s.path, s.title,
  l.lead_key, coalesce(l.name, l.email) as lead_name`

type StreamRow = {
  kind: number
  seq: number
  verdict: string
  reason: string | null
  detail: string | null
  message_id: string
  type: string | null
  name: string | null
  visitor_id: string | null
  received_at: number
  channel: string | null
  country: string | null
  path: string | null
  title: string | null
  lead_key: string | null
  lead_name: string | null
}

const idOf = (row: StreamRow): string =>
  `${row.kind === EVENT_KIND ? 'event' : 'verdict'}-${row.seq}`

const itemOf = (row: StreamRow): StreamItem =>
  StreamItem.parse({
    id: idOf(row),
    verdict: row.verdict,
    reason: row.reason,
    detail: row.detail,
    messageId: row.message_id,
    type: row.type,
    name: row.name,
    visitorId: row.visitor_id,
    receivedAt: row.received_at,
    channel: row.channel,
    country: row.country,
    path: row.path,
    title: row.title,
    leadKey: row.lead_key,
    leadName: row.lead_name,
  })

/** One page of the live stream, newest first. */
export const listStream = async (
  db: PGlite,
  query: ParsedInput<'stream.list'>,
): Promise<StreamPage> => {
  const { where, params } = streamConditions(query)
  const { rows } = await db.query<StreamRow>(
    `select ${COLUMNS}
      from (
        select * from stream s
        ${where}
        order by received_at desc, kind desc, seq desc
        limit ${query.limit + 1}
      ) s
      left join visitors v on v.visitor_id = s.visitor_id
      left join leads l on l.lead_key = v.lead_key
      order by s.received_at desc, s.kind desc, s.seq desc`,
    params,
  )
  const page = pageOf(rows, query.limit, (row) => [row.received_at, row.kind, row.seq])
  return { items: page.rows.map(itemOf), next: page.next }
}

const streamConditions = (query: ParsedInput<'stream.list'>) => {
  const conditions: string[] = []
  const params: unknown[] = []
  const where = (sql: (parameter: string) => string, value: unknown): void => {
    params.push(value)
    conditions.push(sql(`$${params.length}`))
  }
  const { verdict, type, name, visitorId } = query.filter
  if (verdict !== null) where((p) => `verdict = ${p}`, verdict)
  if (type !== null) where((p) => `type = ${p}`, type)
  if (visitorId !== null) where((p) => `visitor_id = ${p}`, visitorId)
  if (name !== null) {
    where((p) => `lower(concat_ws(' ', name, title, path)) like ${p}`, likePattern(name))
  }
  if (query.before !== null) {
    const [receivedAt, kind, seq] = decodeCursor(StreamCursor, query.before)
    params.push(receivedAt, kind, seq)
    const [a, b, c] = [params.length - 2, params.length - 1, params.length]
    conditions.push(`(received_at, kind, seq) < ($${a}::bigint, $${b}::smallint, $${c}::bigint)`)
  }
  return { where: conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`, params }
}

const ItemId = z
  .string()
  .regex(/^(event|verdict)-\d{1,15}$/)
  .transform((id) => {
    const [kind, seq] = id.split('-')
    return { kind: kind === 'event' ? EVENT_KIND : VERDICT_KIND, seq: Number(seq) }
  })

/** One line with everything known of it; null when it has left the window. */
export const getStreamItem = async (db: PGlite, id: string): Promise<StreamItemDetail | null> => {
  const key = ItemId.safeParse(id)
  if (!key.success) return null
  const { rows } = await db.query<
    StreamRow & { occurred_at: number | null; campaign: string | null; properties: string | null }
  >(
    `select ${COLUMNS}, s.occurred_at, s.campaign, s.properties
      from stream s
      left join visitors v on v.visitor_id = s.visitor_id
      left join leads l on l.lead_key = v.lead_key
      where s.kind = $1 and s.seq = $2`,
    [key.data.kind, key.data.seq],
  )
  const row = rows[0]
  if (row === undefined) return null
  return StreamItemDetail.parse({
    ...itemOf(row),
    occurredAt: row.occurred_at,
    campaign: row.campaign,
    properties: storedJson(JsonObject, row.properties, {}),
  })
}
