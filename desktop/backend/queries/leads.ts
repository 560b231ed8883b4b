import type { PGlite } from '@electric-sql/pglite'
import { z } from 'zod'
import type { ParsedInput } from '#rpc/contract.ts'
import { Lead, type LeadSort, type LeadsPage } from '#rpc/leads.ts'
import { decodeCursor, likePattern, pageOf } from './page-cursor.ts'

export type LeadRow = {
  lead_key: string
  known: boolean
  name: string | null
  email: string | null
  company: string | null
  user_id: string | null
  points: number | null
  sort_points: number
  grade: string | null
  best_visitor_id: string
  devices: number
  sessions: number
  pageviews: number
  events: number
  first_seen_at: number
  last_seen_at: number
  channel: string
  campaign: string | null
  country: string | null
  last_path: string | null
}

export const leadOf = (row: LeadRow): Lead =>
  Lead.parse({
    leadKey: row.lead_key,
    known: row.known,
    name: row.name,
    email: row.email,
    company: row.company,
    points: row.points,
    grade: row.grade,
    devices: row.devices,
    sessions: row.sessions,
    pageviews: row.pageviews,
    events: row.events,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    channel: row.channel,
    country: row.country,
    lastPath: row.last_path,
  })

const PointsCursor = z.tuple([z.number(), z.number(), z.string()])
const LastSeenCursor = z.tuple([z.number(), z.string()])

/** The index that each order walks, as a comparable tuple; the key at the end makes it total. */
const ORDERS = {
  points: {
    columns: ['sort_points', 'last_seen_at', 'lead_key'],
    types: ['integer', 'bigint', 'text'],
    keyOf: (row: LeadRow) => [row.sort_points, row.last_seen_at, row.lead_key],
    decode: (cursor: string) => decodeCursor(PointsCursor, cursor),
  },
  lastSeen: {
    columns: ['last_seen_at', 'lead_key'],
    types: ['bigint', 'text'],
    keyOf: (row: LeadRow) => [row.last_seen_at, row.lead_key],
    decode: (cursor: string) => decodeCursor(LastSeenCursor, cursor),
  },
} satisfies Record<LeadSort, unknown>

/** One page of leads and how many match in all. */
export const listLeads = async (
  db: PGlite,
  query: ParsedInput<'leads.list'>,
): Promise<LeadsPage> => {
  const order = ORDERS[query.sort]
  const conditions: string[] = []
  const params: unknown[] = []
  const bind = (value: unknown): string => `$${params.push(value)}`
  const { search, grades, knownOnly } = query.filter
  if (knownOnly) conditions.push('known')
  if (grades.length > 0) conditions.push(`grade = any(${bind(grades)}::text[])`)
  if (search !== null) conditions.push(`search_text like ${bind(likePattern(search))}`)
  const total = await db.query<{ count: number }>(
    `select count(*) as count from leads ${whereOf(conditions)}`,
    params,
  )
  if (query.before !== null) {
    const values = order.decode(query.before).map((value, i) => `${bind(value)}::${order.types[i]}`)
    conditions.push(`(${order.columns.join(', ')}) < (${values.join(', ')})`)
  }
  const { rows } = await db.query<LeadRow>(
    `select * from leads ${whereOf(conditions)}
      order by ${order.columns.map((column) => `${column} desc`).join(', ')}
      limit ${query.limit + 1}`,
    params,
  )
  const page = pageOf(rows, query.limit, order.keyOf)
  return { items: page.rows.map(leadOf), next: page.next, total: total.rows[0]?.count ?? 0 }
}

const whereOf = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
