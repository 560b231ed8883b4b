import type { PGlite } from '@electric-sql/pglite'
import { z } from 'zod'
import type { ParsedInput } from '#rpc/contract.ts'
import { TimelineItem, type TimelinePage } from '#rpc/leads.ts'
import { SESSION_IDLE_MS } from '#shared/sessions/session.ts'
import { EVENT_KIND } from '../replica/raw-window.ts'
import { decodeCursor, pageOf } from './page-cursor.ts'

const TimelineCursor = z.tuple([z.number(), z.number()])

type TimelineRow = {
  seq: number
  type: string
  name: string | null
  title: string | null
  path: string | null
  visitor_id: string
  occurred_at: number
  channel: string
  verdict: string
  previous_at: number | null
}

/** The events of all devices of a lead, newest first by when they happened. */
export const listTimeline = async (
  db: PGlite,
  query: ParsedInput<'leads.timeline'>,
): Promise<TimelinePage> => {
  const params: unknown[] = [query.leadKey]
  let after = ''
  if (query.before !== null) {
    params.push(...decodeCursor(TimelineCursor, query.before))
    after = 'and (s.occurred_at, s.seq) < ($2::bigint, $3::bigint)'
  }
  const { rows } = await db.query<TimelineRow>(
    `select s.seq, s.type, s.name, s.title, s.path, s.visitor_id, s.occurred_at, s.channel,
        s.verdict,
        (select max(p.occurred_at) from stream p
          where p.kind = ${EVENT_KIND} and p.visitor_id = s.visitor_id
            and (p.occurred_at, p.seq) < (s.occurred_at, s.seq)) as previous_at
      from (
        select s.* from visitors v
        join stream s on s.kind = ${EVENT_KIND} and s.visitor_id = v.visitor_id
        where v.lead_key = $1 ${after}
        order by s.occurred_at desc, s.seq desc
        limit ${query.limit + 1}
      ) s
      order by s.occurred_at desc, s.seq desc`,
    params,
  )
  const page = pageOf(rows, query.limit, (row) => [row.occurred_at, row.seq])
  return { items: page.rows.map(itemOf), next: page.next }
}

const itemOf = (row: TimelineRow): TimelineItem =>
  TimelineItem.parse({
    id: `event-${row.seq}`,
    type: row.type,
    name: row.name,
    title: row.title,
    path: row.path,
    visitorId: row.visitor_id,
    occurredAt: row.occurred_at,
    channel: row.channel,
    bot: row.verdict === 'bot',
    startsSession: row.previous_at === null || row.occurred_at - row.previous_at > SESSION_IDLE_MS,
  })
