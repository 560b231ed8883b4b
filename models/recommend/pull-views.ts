import { ContentViewsPage } from '#shared/recommend/content-views.ts'
import type { Asking } from '../platform/ask-edge.ts'
import { eachPage } from '../platform/each-page.ts'
import type { EdgeAccess } from '../platform/edge-access.ts'
import type { ReaderView } from './view-matrix.ts'

export interface PulledViews {
  /** One of each reader and path: a person's devices together. */
  views: ReaderView[]
  /** By path, as the page was called when it was last viewed. */
  titles: Map<string, string>
  visitors: number
}

const PATH = '/api/v1/content-views'

/**
 * What a workspace's visitors viewed, page by page.
 *
 * @param workspace that the key must be of
 * @param onPage after each page, with all that was read until then
 * @throws PlatformError
 */
export async function pullViews(
  asking: Asking,
  access: EdgeAccess,
  workspace: string,
  onPage: (visitors: number) => void,
): Promise<PulledViews> {
  const views = new Map<string, ReaderView>()
  const titles = new Map<string, { title: string; at: number }>()
  let visitors = 0
  const asked = { path: PATH, schema: ContentViewsPage, what: 'content views', query: {} }
  for await (const page of eachPage(asking, access, workspace, asked)) {
    for (const { visitorId, personId, path, views: times, lastViewedAt } of page.data) {
      const reader = personId === null ? `visitor ${visitorId}` : `person ${personId}`
      const key = `${reader}\n${path}`
      const known = views.get(key)
      views.set(key, {
        reader,
        path,
        views: times + (known?.views ?? 0),
        at: Math.max(lastViewedAt, known?.at ?? lastViewedAt),
      })
    }
    for (const { path, title, at } of page.titles) {
      if (at > (titles.get(path)?.at ?? Number.NEGATIVE_INFINITY)) titles.set(path, { title, at })
    }
    visitors += page.visitors
    onPage(visitors)
  }
  const titleOf = new Map([...titles].map(([path, { title }]) => [path, title]))
  return { views: [...views.values()], titles: titleOf, visitors }
}
