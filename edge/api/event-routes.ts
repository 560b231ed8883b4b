import { createRoute, z } from '@hono/zod-openapi'
import { EventFact, VerdictFact } from '#shared/sync/protocol.ts'
import { guardRefusals, problemContent } from '../problems/problem-schema.ts'
import type { StoreClient } from '../store/client.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { eventOf, verdictOf } from '../sync/facts.ts'
import { type ApiApp, apiApp, guarded } from './api-app.ts'
import { decodeCursor, encodeCursor, PageQuery, pageOf } from './page.ts'

const VERDICTS = ['accepted', 'bot', 'duplicate', 'rejected', 'quarantined'] as const

/** One event with what became of it: stored ones whole, the others with the reason. */
const EventWithVerdict = z
  .discriminatedUnion('verdict', [
    EventFact.extend({ verdict: z.enum(['accepted', 'bot']) }),
    VerdictFact,
  ])
  .openapi('EventWithVerdict')
type EventWithVerdict = z.infer<typeof EventWithVerdict>

const listEvents = createRoute({
  method: 'get',
  path: '/api/v1/events',
  operationId: 'listEvents',
  tags: ['Events'],
  summary: 'Events with their verdicts, newest first; ask by messageId what became of an event',
  ...guarded('events:read'),
  request: {
    query: z.object({
      ...PageQuery,
      visitor: z.string().max(255).optional(),
      name: z.string().max(255).optional(),
      messageId: z.string().max(100).optional(),
      verdict: z.enum(VERDICTS).optional().openapi({
        description:
          'Without it, accepted and bot events; with messageId, every verdict of that id',
      }),
    }),
  },
  responses: {
    200: {
      description: 'A page',
      content: { 'application/json': { schema: pageOf(EventWithVerdict) } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

type Query = z.infer<(typeof listEvents)['request']['query']>

/** Permission `events:read`. */
export function eventRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(listEvents, async (c) => {
    const query = c.req.valid('query')
    const store = workspaceStore(c.env, c.get('caller').workspace)
    const before = query.cursor
      ? decodeCursor(query.cursor, z.tuple([z.number()]))[0]
      : Number.MAX_SAFE_INTEGER
    const isStored = query.verdict === undefined || ['accepted', 'bot'].includes(query.verdict)
    const data = [
      ...(isStored ? await storedEvents(store, query, before) : []),
      ...(!isStored || query.messageId !== undefined
        ? await refusedEvents(store, query, before)
        : []),
    ]
    const last =
      data.length >= query.limit && query.messageId === undefined ? data.at(-1) : undefined
    return c.json({ data, next: last ? encodeCursor([positionOf(last)]) : null }, 200)
  })
  return app
}

function positionOf(event: EventWithVerdict): number {
  return 'ingestSeq' in event ? event.ingestSeq : event.verdictSeq
}

async function storedEvents(
  store: StoreClient,
  query: Query,
  before: number,
): Promise<EventWithVerdict[]> {
  const found = await store.execute({
    sql: `SELECT * FROM events WHERE ingest_seq < ?
            ${query.visitor === undefined ? '' : 'AND visitor_id = ?'}
            ${query.name === undefined ? '' : 'AND name = ?'}
            ${query.messageId === undefined ? '' : 'AND message_id = ?'}
            ${query.verdict === undefined ? '' : 'AND bot = ?'}
          ORDER BY ingest_seq DESC LIMIT ?`,
    args: [
      before,
      ...[query.visitor, query.name, query.messageId].filter((value) => value !== undefined),
      ...(query.verdict === undefined ? [] : [query.verdict === 'bot' ? 1 : 0]),
      query.limit,
    ],
  })
  return found.rows.map((row) => {
    const event = eventOf(row)
    return { ...event, verdict: event.bot ? ('bot' as const) : ('accepted' as const) }
  })
}

async function refusedEvents(
  store: StoreClient,
  query: Query,
  before: number,
): Promise<EventWithVerdict[]> {
  const found = await store.execute({
    sql: `SELECT * FROM verdicts WHERE verdict_seq < ?
            ${query.verdict === undefined ? '' : 'AND verdict = ?'}
            ${query.name === undefined ? '' : 'AND name = ?'}
            ${query.messageId === undefined ? '' : 'AND message_id = ?'}
          ORDER BY verdict_seq DESC LIMIT ?`,
    args: [
      before,
      ...[query.verdict, query.name, query.messageId].filter((value) => value !== undefined),
      query.limit,
    ],
  })
  return found.rows.map(verdictOf)
}
