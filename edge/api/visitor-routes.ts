import { createRoute, z } from '@hono/zod-openapi'
import { EventFact, PersonFact, VisitorFact } from '#shared/sync/protocol.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { guardRefusals, problemContent } from '../problems/problem-schema.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { eventOf, personOf, visitorOf } from '../sync/facts.ts'
import { type ApiApp, apiApp, guarded } from './api-app.ts'
import { decodeCursor, encodeCursor, PageQuery, pageOf } from './page.ts'

const TIMELINE_EVENTS = 100

const Visitor = VisitorFact.openapi('Visitor')

const listVisitors = createRoute({
  method: 'get',
  path: '/api/v1/visitors',
  operationId: 'listVisitors',
  tags: ['Visitors'],
  summary: 'Visitors, the last seen first',
  ...guarded('visitors:read'),
  request: {
    query: z.object({
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
  request: { params: z.object({ id: z.string().min(1).max(255) }) },
  responses: {
    200: { description: 'The visitor', content: { 'application/json': { schema: VisitorDetail } } },
    404: problemContent('The workspace knows no such visitor'),
    ...guardRefusals,
  },
})

/** Permission `visitors:read`. */
export function visitorRoutes(): ApiApp {
  const app = apiApp()

  app.openapi(listVisitors, async (c) => {
    const { limit, cursor, known, grade } = c.req.valid('query')
    const [lastSeenAt, id] = cursor
      ? decodeCursor(cursor, z.tuple([z.number(), z.string()]))
      : [Number.MAX_SAFE_INTEGER, '']
    const found = await workspaceStore(c.env, c.get('caller').workspace).execute({
      sql: `SELECT * FROM visitors WHERE (last_seen_at, visitor_id) < (?1, ?2)
              AND (?3 IS NULL OR (person_id IS NOT NULL) = ?3) AND (?4 IS NULL OR grade = ?4)
            ORDER BY last_seen_at DESC, visitor_id DESC LIMIT ?5`,
      args: [
        lastSeenAt,
        id,
        known === undefined ? null : known === 'true' ? 1 : 0,
        grade ?? null,
        limit,
      ],
    })
    const data = found.rows.map(visitorOf)
    const last = data.length === limit ? data.at(-1) : undefined
    return c.json(
      { data, next: last ? encodeCursor([last.lastSeenAt, last.visitorId]) : null },
      200,
    )
  })

  app.openapi(getVisitor, async (c) => {
    const { id } = c.req.valid('param')
    const [visitors, persons, devices, sessions, timeline] = await workspaceStore(
      c.env,
      c.get('caller').workspace,
    ).batch(
      [
        { sql: 'SELECT * FROM visitors WHERE visitor_id = ?', args: [id] },
        {
          sql: 'SELECT p.* FROM persons p JOIN visitors v ON v.person_id = p.person_id WHERE v.visitor_id = ?',
          args: [id],
        },
        {
          sql: `SELECT o.visitor_id FROM visitors v JOIN visitors o ON o.person_id = v.person_id
                WHERE v.visitor_id = ? AND o.visitor_id <> v.visitor_id ORDER BY o.visitor_id`,
          args: [id],
        },
        {
          sql: 'SELECT * FROM sessions WHERE visitor_id = ? ORDER BY start_at DESC LIMIT 50',
          args: [id],
        },
        {
          sql: `SELECT * FROM events WHERE visitor_id = ? ORDER BY occurred_at DESC LIMIT ${TIMELINE_EVENTS}`,
          args: [id],
        },
      ],
      'read',
    )
    const row = visitors?.rows[0]
    if (!row) throw new ProblemError(problems.notFound('visitor of this id in the workspace'))
    const person = persons?.rows[0]
    return c.json(
      {
        visitor: visitorOf(row),
        person: person ? personOf(person) : null,
        devices: (devices?.rows ?? []).map((device) => String(device.visitor_id)),
        sessions: (sessions?.rows ?? []).map((session) => ({
          startAt: Number(session.start_at),
          endAt: Number(session.end_at),
          events: Number(session.events),
          pageviews: Number(session.pageviews),
          channel: String(session.channel),
          campaign: session.campaign as string | null,
          entryPath: session.entry_path as string | null,
          exitPath: session.exit_path as string | null,
        })),
        timeline: (timeline?.rows ?? []).map(eventOf),
      },
      200,
    )
  })
  return app
}
