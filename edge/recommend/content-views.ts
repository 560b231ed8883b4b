import type { InStatement } from '@libsql/client/web'
import type { ContentViewsPage } from '#shared/recommend/content-views.ts'
import type { StoreClient } from '../store/client.ts'
import { inSmallerReads } from '../sync/smaller-reads.ts'
import { READ_REPLAYED, visitorsStatement } from '../training/page-statements.ts'

/** Of a visitor, the pages viewed last; who read more is known well enough by these. */
export const MOST_PATHS_A_VISITOR = 200

export interface ViewsRequest {
  /** Visitors after this id; the empty text begins. */
  after: string
  /** Visitors at most. */
  limit: number
}

export type ViewsPage =
  | {
      kind: 'page'
      page: Omit<ContentViewsPage, 'workspace' | 'next'>
      /** The next page goes on after this visitor; null on the last page. */
      nextAfter: string | null
    }
  /** A new or restored store of which it is not known yet whether erased persons came back with it. */
  | { kind: 'not_replayed' }

/**
 * Views by page of the visitors from one id to another, bots left out. The title is that of the last view: SQLite
 * takes bare columns of a query with one max() from the row that has it.
 */
function viewsStatement(after: string, upTo: string): InStatement {
  return {
    sql: `SELECT visitorId, personId, path, views, lastViewedAt, title FROM (
            SELECT *, row_number() OVER (PARTITION BY visitorId ORDER BY lastViewedAt DESC, path) AS place FROM (
              SELECT e.visitor_id AS visitorId, v.person_id AS personId, e.path AS path, count(*) AS views,
                max(min(e.occurred_at, e.received_at)) AS lastViewedAt, e.title AS title
              FROM visitors v JOIN events e ON e.visitor_id = v.visitor_id
              WHERE v.visitor_id > ? AND v.visitor_id <= ? AND e.type IN ('page', 'screen') AND e.bot = 0
                AND e.path IS NOT NULL
              GROUP BY e.visitor_id, e.path))
          WHERE place <= ? ORDER BY visitorId, place`,
    args: [after, upTo, MOST_PATHS_A_VISITOR],
  }
}

/**
 * What the next visitors of a workspace viewed, from its own store.
 *
 * @throws what the store throws
 */
export async function contentViews(
  store: StoreClient,
  { after, limit }: ViewsRequest,
): Promise<ViewsPage> {
  const [meta, found] = await store.batch(
    [{ sql: READ_REPLAYED, args: [] }, visitorsStatement(after, limit)],
    'read',
  )
  if (meta?.rows[0]?.isReplayed !== 1) return { kind: 'not_replayed' }
  const listed = (found?.rows ?? []).map((row) => String(row.visitorId))
  return inSmallerReads(Math.max(1, Math.min(limit, listed.length)), async (wanted) => {
    const asked = listed.slice(0, wanted)
    const last = asked.at(-1)
    if (last === undefined) {
      return { kind: 'page', page: { data: [], titles: [], visitors: 0 }, nextAfter: null }
    }
    const { rows } = await store.execute(viewsStatement(after, last))
    const isLast = listed.length <= asked.length
    return { kind: 'page', page: pageOf(rows, asked.length), nextAfter: isLast ? null : last }
  })
}

function pageOf(
  rows: readonly Record<string, unknown>[],
  visitors: number,
): Omit<ContentViewsPage, 'workspace' | 'next'> {
  const titles = new Map<string, { path: string; title: string; at: number }>()
  const data = rows.map((row) => {
    const view = {
      visitorId: String(row.visitorId),
      personId: row.personId === null ? null : String(row.personId),
      path: String(row.path),
      views: Number(row.views),
      lastViewedAt: Number(row.lastViewedAt),
    }
    const at = view.lastViewedAt
    const known = titles.get(view.path)
    if (row.title !== null && row.title !== '' && (known === undefined || at > known.at)) {
      titles.set(view.path, { path: view.path, title: String(row.title), at })
    }
    return view
  })
  return { data, titles: [...titles.values()], visitors }
}
