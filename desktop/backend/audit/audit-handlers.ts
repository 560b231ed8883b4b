import { z } from 'zod'
import {
  type AUDIT_METHODS,
  type AuditFilter,
  AuditItem,
  type AuditRange,
  AuditStretch,
} from '#rpc/audit.ts'
import type { RpcHandlers } from '#rpc/server.ts'
import { askEdge, type EdgeSource, readTextOfEdge } from '../edge/ask-edge.ts'

/** About 30,000 entries; a longer log is for a program, not for a page. */
const MAX_EXPORT_BYTES = 16_000_000

const Entries = z.object({ data: z.array(AuditItem), next: z.string().nullable() })
const Verdict = AuditStretch.omit({ brokenSeq: true }).extend({
  broken: z.object({ seq: z.number() }).nullable(),
})

/** @param workspace whose log it is, for the name of an exported file */
export function auditHandlers(
  edge: EdgeSource,
  workspace: () => string,
  now: () => number,
): Pick<RpcHandlers, keyof typeof AUDIT_METHODS> {
  return {
    'audit.list': async ({ filter, cursor, limit }) => {
      const path = `/api/v1/audit?${queryOf(filter, cursor, limit)}`
      const { data, next } = await askEdge(edge, 'GET', path, Entries)
      return { items: data, next }
    },
    'audit.verify': async ({ cursor }) => {
      const query = cursor === null ? '' : `?${new URLSearchParams({ cursor })}`
      const path = `/api/v1/audit/verify${query}`
      const { broken, ...verdict } = await askEdge(edge, 'GET', path, Verdict)
      return { ...verdict, brokenSeq: broken?.seq ?? null }
    },
    'audit.export': async (range) => {
      const query = rangeQuery(range)
      const path = `/api/v1/audit/export?${query}`
      const text = await readTextOfEdge(edge, 'POST', path, MAX_EXPORT_BYTES)
      const day = new Date(now()).toISOString().slice(0, 10)
      const part = query.size === 0 ? '' : '-part'
      return { fileName: `audit-${workspace()}-${day}${part}.ndjson`, text }
    },
  }
}

const rangeQuery = ({ from, to }: AuditRange): URLSearchParams => {
  const query = new URLSearchParams()
  if (from != null) query.set('from', String(from))
  if (to != null) query.set('to', String(to))
  return query
}

const queryOf = (filter: AuditFilter, cursor: string | null, limit: number): string => {
  const { action, actor } = filter
  const query = rangeQuery(filter)
  query.set('limit', String(limit))
  if (action !== null) query.set('action', action)
  if (actor !== null) query.set('actor', actor)
  if (cursor !== null) query.set('cursor', cursor)
  return query.toString()
}
