import { createRoute, z } from '@hono/zod-openapi'
import { and, desc, eq, getTableColumns, isNotNull, isNull, ne, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { EventFact, PersonFact, VisitorFact } from '#shared/sync/protocol.ts'
import { storedText } from '../capture/stored-text.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { guardRefusals, problemContent } from '../problems/problem-schema.ts'
import { queryOf } from '../store/query.ts'
import { events, persons, sessions, visitors } from '../store/workspace-schema.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { eventOf, personOf, visitorOf } from '../sync/facts.ts'
import { type ApiApp, apiApp, guarded } from './api-app.ts'
import { decodeCursor, PageQuery, pageFrom, pageOf } from './page.ts'
import { strictQuery } from './strict-query.ts'

const TIMELINE_EVENTS = 100
const SESSIONS = 50
/** A user id that everybody shares may stand for very many devices. */
const DEVICES = 100

const SESSION_COLUMNS = {
  startAt: sessions.startAt,
  endAt: sessions.endAt,
  events: sessions.events,
  pageviews: sessions.pageviews,
  channel: sessions.channel,
  campaign: sessions.campaign,
  entryPath: sessions.entryPath,
  exitPath: sessions.exitPath,
}

const Visitor = VisitorFact.openapi('Visitor')

const listVisitors = createRoute({
  method: 'get',
  path: '/api/v1/visitors',
  operationId: 'listVisitors',
  tags: ['Visitors'],
  summary: 'Visitors, the last seen first',
  ...guarded('visitors:read'),
  request: {
    query: strictQuery({
      ...PageQuery,
      known: z
        .enum(['true', 'false'])
        .optional()
        .openapi({ description: 'Only known people, or only anonymous visitors' }),
      grade: z.enum(['A', 'B', 'C', 'D']).optional(),
    }),
  },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: pageOf(Visitor) } } },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const VisitorDetail = z
  .object({
    visitor: Visitor,
    person: PersonFact.openapi('Person').nullable(),
    /** Other devices of the same person. */
    devices: z.array(z.string()),
    sessions: z.array(
      z.object({
        startAt: z.number(),
        endAt: z.number(),
        events: z.number(),
        pageviews: z.number(),
        channel: z.string(),
        campaign: z.string().nullable(),
        entryPath: z.string().nullable(),
        exitPath: z.string().nullable(),
      }),
    ),
    timeline: z.array(EventFact.openapi('Event')),
  })
  .openapi('VisitorDetail')

const getVisitor = createRoute({
  method: 'get',
  path: '/api/v1/visitors/{id}',
  operationId: 'getVisitor',
  tags: ['Visitors'],
  summary: 'One visitor: profile, sessions, timeline, score and reasons',
  ...guarded('visitors:read'),
  request: { params: z.object({ id: z.string().min(1).max(255) }), query: strictQuery({}) },
  responses: {
    200: { description: 'The visitor', content: { 'application/json': { schema: VisitorDetail } } },
    400: problemContent('The id or the query is not valid'),
    404: problemContent('The workspace knows no such visitor'),
    ...guardRefusals,
  },
})

/** Permission `visitors:read`. */
export function visitorRoutes(): ApiApp {
  const app = apiApp()

  app.openapi(listVisitors, async (c) => {
    const { limit, cursor, known, grade } = c.req.valid('query')
    const before = cursor ? decodeCursor(cursor, z.tuple([z.number(), z.string()])) : null
    const found = await queryOf(workspaceStore(c.env, c.get('caller').workspace))
      .select()
      .from(visitors)
      .where(
        and(
          before
            ? sql`(${visitors.lastSeenAt}, ${visitors.visitorId}) < (${before[0]}, ${before[1]})`
            : undefined,
          known === 'true' ? isNotNull(visitors.personId) : undefined,
          known === 'false' ? isNull(visitors.personId) : undefined,
          grade ? eq(visitors.grade, grade) : undefined,
        ),
      )
      .orderBy(desc(visitors.lastSeenAt), desc(visitors.visitorId))
      .limit(limit + 1)
    return c.json(
      pageFrom(found.map(visitorOf), limit, (last) => [last.lastSeenAt, last.visitorId]),
      200,
    )
  })

  app.openapi(getVisitor, async (c) => {
    const asked = c.req.valid('param').id
    // By what was sent, found by what was kept of it.
    const id = storedText(asked) ?? asked
    const query = queryOf(workspaceStore(c.env, c.get('caller').workspace))
    const other = alias(visitors, 'other')
    const [[row], [person], devices, visits, timeline] = await query.batch([
      query.select().from(visitors).where(eq(visitors.visitorId, id)),
      query
        .select(getTableColumns(persons))
        .from(visitors)
        .innerJoin(persons, eq(persons.personId, visitors.personId))
        .where(eq(visitors.visitorId, id)),
      query
        .select({ visitorId: other.visitorId })
        .from(visitors)
        .innerJoin(other, eq(other.personId, visitors.personId))
        .where(and(eq(visitors.visitorId, id), ne(other.visitorId, id)))
        .orderBy(other.visitorId)
        .limit(DEVICES),
      query
        .select(SESSION_COLUMNS)
        .from(sessions)
        .where(eq(sessions.visitorId, id))
        .orderBy(desc(sessions.startAt))
        .limit(SESSIONS),
      query
        .select()
        .from(events)
        .where(eq(events.visitorId, id))
        .orderBy(desc(events.occurredAt))
        .limit(TIMELINE_EVENTS),
    ])
    if (!row) throw new ProblemError(problems.noSuchVisitor())
    return c.json(
      {
        visitor: visitorOf(row),
        person: person && !person.deleted ? personOf(person) : null,
        devices: devices.map(({ visitorId }) => visitorId),
        sessions: visits,
        timeline: timeline.map(eventOf),
      },
      200,
    )
  })
  return app
}
