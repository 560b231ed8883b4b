import { createRoute, z } from '@hono/zod-openapi'
import { and, desc, eq, getTableColumns, lt } from 'drizzle-orm'
import { EventFact, VerdictFact } from '#shared/sync/protocol.ts'
import { storedText } from '../capture/stored-text.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { guardRefusals, problemContent } from '../problems/problem-schema.ts'
import { queryOf, type StoreQuery } from '../store/query.ts'
import { events, verdicts } from '../store/workspace-schema.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { eventOf, verdictOf } from '../sync/facts.ts'
import { type ApiApp, apiApp, guarded } from './api-app.ts'
import { decodeCursor, PageQuery, pageFrom, pageOf } from './page.ts'
import { strictQuery } from './strict-query.ts'

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
    query: strictQuery({
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
    const query = asStored(c.req.valid('query'))
    const walk = sequencesOf(query)
    const [sequence, before] = query.cursor
      ? decodeCursor(query.cursor, z.tuple([z.enum(['event', 'verdict']), z.number()]))
      : [walk[0], Number.MAX_SAFE_INTEGER]
    const store = queryOf(workspaceStore(c.env, c.get('caller').workspace))
    const wanted = query.limit + 1
    const stored =
      walk.includes('event') && sequence === 'event'
        ? await storedEvents(store, query, before, wanted)
        : []
    const refused =
      walk.includes('verdict') && stored.length < wanted
        ? await refusedEvents(
            store,
            query,
            sequence === 'verdict' ? before : Number.MAX_SAFE_INTEGER,
            wanted - stored.length,
          )
        : []
    return c.json(pageFrom([...stored, ...refused], query.limit, positionOf), 200)
  })
  return app
}

/** Asked for by what was sent, found by what was kept of it. */
function asStored(query: Query): Query {
  const stored = { ...query }
  for (const key of ['visitor', 'name', 'messageId'] as const) {
    const value = query[key]
    if (value) stored[key] = storedText(value) ?? value
  }
  return stored
}

type Sequence = 'event' | 'verdict'

/**
 * Stored events and verdicts are two sequences; a list walks one to its end and then the other. Only
 * an id is asked for in both: without it nobody wants every refusal behind the last stored event.
 */
function sequencesOf(query: Query): Sequence[] {
  const isRefused = query.verdict !== undefined && !isStored(query.verdict)
  if (isRefused && query.visitor !== undefined) {
    throw new ProblemError(
      problems.invalid(
        `No visitor is kept for events with the verdict ${query.verdict}.`,
        'visitor',
      ),
    )
  }
  if (isRefused) return ['verdict']
  const isEverything = query.messageId !== undefined && query.visitor === undefined
  return isEverything && query.verdict === undefined ? ['event', 'verdict'] : ['event']
}

function isStored(verdict: (typeof VERDICTS)[number]): verdict is 'accepted' | 'bot' {
  return verdict === 'accepted' || verdict === 'bot'
}

function positionOf(event: EventWithVerdict): [Sequence, number] {
  return 'ingestSeq' in event ? ['event', event.ingestSeq] : ['verdict', event.verdictSeq]
}

async function storedEvents(
  store: StoreQuery,
  query: Query,
  before: number,
  limit: number,
): Promise<EventWithVerdict[]> {
  const { traits: _, context: __, ...columns } = getTableColumns(events)
  const found = await store
    .select(columns)
    .from(events)
    .where(
      and(
        lt(events.ingestSeq, before),
        query.visitor === undefined ? undefined : eq(events.visitorId, query.visitor),
        query.name === undefined ? undefined : eq(events.name, query.name),
        query.messageId === undefined ? undefined : eq(events.messageId, query.messageId),
        query.verdict === undefined ? undefined : eq(events.bot, query.verdict === 'bot'),
      ),
    )
    .orderBy(desc(events.ingestSeq))
    .limit(limit)
  return found.map((row) => {
    const event = eventOf(row)
    return { ...event, verdict: event.bot ? ('bot' as const) : ('accepted' as const) }
  })
}

async function refusedEvents(
  store: StoreQuery,
  { name, messageId, verdict }: Query,
  before: number,
  limit: number,
): Promise<EventWithVerdict[]> {
  const found = await store
    .select()
    .from(verdicts)
    .where(
      and(
        lt(verdicts.verdictSeq, before),
        verdict === undefined || isStored(verdict) ? undefined : eq(verdicts.verdict, verdict),
        name === undefined ? undefined : eq(verdicts.name, name),
        messageId === undefined ? undefined : eq(verdicts.messageId, messageId),
      ),
    )
    .orderBy(desc(verdicts.verdictSeq))
    .limit(limit)
  return found.map(verdictOf)
}
