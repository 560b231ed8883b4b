import type { z } from 'zod'
import { type Asking, askEdge, problemOf } from './ask-edge.ts'
import type { EdgeAccess } from './edge-access.ts'
import { PlatformError } from './platform-error.ts'

const VISITORS_A_PAGE = 200

interface Page {
  workspace: string
  /** Where the next page begins; null on the last. */
  next: string | null
}

/** What is read page by page. */
export interface Paged<P extends Page> {
  path: string
  schema: z.ZodType<P>
  /** As people call it, such as "training rows". */
  what: string
  query: Readonly<Record<string, string>>
}

/**
 * Every page of something that the edge gives by visitor, in order.
 *
 * @param workspace that the key must be of
 * @throws PlatformError
 */
export async function* eachPage<P extends Page>(
  asking: Asking,
  access: EdgeAccess,
  workspace: string,
  { path, query, ...expected }: Paged<P>,
): AsyncGenerator<P> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const asked = new URLSearchParams({ limit: String(VISITORS_A_PAGE), ...query })
    if (cursor !== '') asked.set('cursor', cursor)
    const answer = await askEdge(asking, access, `${path}?${asked}`)
    const page = await pageOf(answer, access, expected)
    assertOurs(page, workspace)
    yield page
    cursor = page.next
  }
}

async function pageOf<P extends Page>(
  answer: Response,
  { url }: EdgeAccess,
  { schema, what }: Pick<Paged<P>, 'schema' | 'what'>,
): Promise<P> {
  if (answer.status === 404) {
    throw new PlatformError(
      'not_understood',
      `The edge at ${url} has no ${what} to give.`,
      'Update the edge to this version, or check its address.',
    )
  }
  if (!answer.ok) {
    const { detail, next } = await problemOf(answer)
    throw new PlatformError('refused', detail, next)
  }
  const page = schema.safeParse(await answer.json().catch(() => null))
  if (page.success) return page.data
  throw new PlatformError(
    'not_understood',
    `The edge at ${url} answered with something else than ${what}.`,
    'Update edge and trainer to the same version.',
  )
}

function assertOurs(page: Page, workspace: string): void {
  if (page.workspace === workspace) return
  throw new PlatformError(
    'other_workspace',
    `The key is of the workspace ${page.workspace}, not of ${workspace}.`,
    `Use --workspace ${page.workspace}, or a key of ${workspace}.`,
  )
}
