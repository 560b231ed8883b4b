import { createRoute, z } from '@hono/zod-openapi'
import { breakSentence } from '#shared/audit/chain-break.ts'
import { type ApiApp, apiApp, guarded } from '../api/api-app.ts'
import { decodeCursor, encodeCursor, PageQuery, pageFrom, pageOf } from '../api/page.ts'
import { strictQuery } from '../api/strict-query.ts'
import { guardRefusals, problemContent } from '../problems/problem-schema.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { anchorKeys } from './anchor-keys.ts'
import { AuditEntryRead, AuditVerdict } from './contract.ts'
import { exportLog } from './export-log.ts'
import { listEntries, positionOf } from './list-entries.ts'
import { originOf } from './origin.ts'
import { ENDS_TOO_EARLY, endsAfterItBegins, TimeRangeQuery } from './time-range.ts'
import { type StoredVerdict, verifyStored } from './verify-stored.ts'

const tags = ['Audit']
/** Not by its exact type: as one the compiler takes it for JSON. */
const NDJSON: string = 'application/x-ndjson'
const MAX_ID_CHARS = 300

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/audit',
  operationId: 'listAuditEntries',
  tags,
  summary: 'Who changed what, why and when, the newest first',
  ...guarded('audit:read'),
  request: {
    query: strictQuery({
      ...PageQuery,
      action: z.string().max(MAX_ID_CHARS).optional().openapi({ example: 'slots.published' }),
      actor: z
        .string()
        .max(MAX_ID_CHARS)
        .optional()
        .openapi({ description: "A user's id, a key's prefix or a job's name" }),
      subject: z
        .string()
        .max(MAX_ID_CHARS)
        .optional()
        .openapi({ description: 'The id of what was changed' }),
      ...TimeRangeQuery,
    }).refine(endsAfterItBegins, ENDS_TOO_EARLY),
  },
  responses: {
    200: {
      description: 'A page',
      content: { 'application/json': { schema: pageOf(AuditEntryRead) } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const verifyRoute = createRoute({
  method: 'get',
  path: '/api/v1/audit/verify',
  operationId: 'verifyAuditLog',
  tags,
  summary: 'Whether the log is as it was written; names the first entry that is not',
  description:
    'Walks the chain of hashes and the signed anchors along it, at most 20,000 entries a request: go on ' +
    'with `next` until it is null.',
  ...guarded('audit:read'),
  request: { query: strictQuery({ cursor: PageQuery.cursor }) },
  responses: {
    200: {
      description: 'The verdict',
      content: { 'application/json': { schema: AuditVerdict } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const exportRoute = createRoute({
  method: 'post',
  path: '/api/v1/audit/export',
  operationId: 'exportAuditLog',
  tags,
  summary: 'The log with a signed head, to be kept and verified elsewhere',
  description:
    'Newline-delimited JSON: first the workspace and the keys of anchors, then the entries, last the ' +
    'signed head. With `from` or `to` it is the shortest stretch of the chain that holds every entry of ' +
    'that time, with the entry that it follows and the anchors along it: it can be verified too, so ' +
    'what was written in between stands in it as well. `npm run audit -- verify --file FILE` verifies ' +
    'either. The export is on record itself.',
  ...guarded('audit:export'),
  request: { query: strictQuery(TimeRangeQuery).refine(endsAfterItBegins, ENDS_TOO_EARLY) },
  responses: {
    200: {
      description: 'The log',
      content: { [NDJSON]: { schema: z.string() } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const Place = z.tuple([z.number().int().positive(), z.string(), z.string()])

/** Permissions `audit:read` and `audit:export`. */
export function auditRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(listRoute, async (c) => {
    const { limit, cursor, ...filter } = c.req.valid('query')
    const before = cursor ? decodeCursor(cursor, z.tuple([z.number(), z.number()])) : null
    const store = workspaceStore(c.env, c.get('caller').workspace)
    const found = await listEntries(store, filter, before, limit + 1)
    return c.json(pageFrom(found, limit, positionOf), 200)
  })

  app.openapi(verifyRoute, async (c) => {
    const { cursor } = c.req.valid('query')
    const { workspace } = c.get('caller')
    const place = cursor ? decodeCursor(cursor, Place) : null
    const chain = {
      workspaceId: workspace.id,
      store: workspaceStore(c.env, workspace),
      bucket: c.env.MODELS,
      keys: anchorKeys(c.env),
    }
    const from = place ? { seq: place[0], hash: place[1], prevHash: place[2] } : undefined
    return c.json(answerOf(await verifyStored(chain, from)), 200)
  })

  app.openapi(exportRoute, async (c) => {
    const range = c.req.valid('query')
    const { workspace } = c.get('caller')
    const hub = c.env.WORKSPACE_HUB.getByName(workspace.id)
    await hub.takeAudit()
    const subject = { kind: 'audit_log', id: workspace.id }
    const { from = null, to = null } = range
    const after = from === null && to === null ? null : { from, to }
    const exported = { action: 'audit.exported' as const, subject, at: Date.now(), after }
    await hub.recordAudit(exported, originOf(c))
    const log = {
      workspaceId: workspace.id,
      store: workspaceStore(c.env, workspace),
      bucket: c.env.MODELS,
      keys: anchorKeys(c.env),
      anchored: await hub.anchorAudit(),
    }
    return new Response(await exportLog(log, after && range), {
      headers: { 'content-type': NDJSON },
    })
  })
  return app
}

function answerOf({ verdict, next }: StoredVerdict): AuditVerdict {
  const { anchoredUpTo } = verdict
  if (verdict.kind === 'broken') {
    const { found } = verdict
    const sentence = breakSentence(found)
    return { verdict: 'broken', sentence, broken: found, upTo: null, anchoredUpTo, next: null }
  }
  const { seq } = verdict.head
  return {
    verdict: 'whole',
    sentence: next
      ? `Everything is as it was written up to entry ${seq}; there are more.`
      : wholeSentence(seq, anchoredUpTo),
    broken: null,
    upTo: seq,
    anchoredUpTo,
    next: next && encodeCursor([next.seq, next.hash, next.prevHash ?? '']),
  }
}

function wholeSentence(entries: number, anchoredUpTo: number | null): string {
  if (entries === 0) return 'Nothing is on record yet.'
  const anchored =
    anchoredUpTo === null ? 'no anchor vouches for it yet' : `anchored up to entry ${anchoredUpTo}`
  return `All ${entries} entries are as they were written; ${anchored}.`
}
