import { ContentViewsPage } from '#shared/recommend/content-views.ts'
import { type Asking, askEdge, problemOf } from '../lead/ask-edge.ts'
import type { EdgeAccess } from '../lead/edge-access.ts'
import { PlatformError } from '../lead/platform-error.ts'
import type { ReaderView } from './view-matrix.ts'

export interface PulledViews {
  /** One of each reader and path: a person's devices together. */
  views: ReaderView[]
  /** By path, as the page was called when it was last viewed. */
  titles: Map<string, string>
  visitors: number
}

const VISITORS_A_PAGE = 200
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
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ limit: String(VISITORS_A_PAGE) })
    if (cursor !== '') query.set('cursor', cursor)
    const page = await pageOf(await askEdge(asking, access, `${PATH}?${query}`), access)
    assertOurs(page, workspace)
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
    cursor = page.next
  }
  const titleOf = new Map([...titles].map(([path, { title }]) => [path, title]))
  return { views: [...views.values()], titles: titleOf, visitors }
}

async function pageOf(answer: Response, { url }: EdgeAccess): Promise<ContentViewsPage> {
  if (answer.status === 404) {
    throw new PlatformError(
      'not_understood',
      `The edge at ${url} has no content views to give.`,
      'Update the edge to this version, or check its address.',
    )
  }
  if (!answer.ok) {
    const { detail, next } = await problemOf(answer)
    throw new PlatformError('refused', detail, next)
  }
  const page = ContentViewsPage.safeParse(await answer.json().catch(() => null))
  if (page.success) return page.data
  throw new PlatformError(
    'not_understood',
    `The edge at ${url} answered with something else than content views.`,
    'Update edge and trainer to the same version.',
  )
}

function assertOurs(page: ContentViewsPage, workspace: string): void {
  if (page.workspace === workspace) return
  throw new PlatformError(
    'other_workspace',
    `The key is of the workspace ${page.workspace}, not of ${workspace}.`,
    `Use --workspace ${page.workspace}, or a key of ${workspace}.`,
  )
}
