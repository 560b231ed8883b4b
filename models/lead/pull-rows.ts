import { FEATURE_HASH } from '#shared/features/registry.ts'
import { type KnownBy, type TrainingRow, TrainingRowsPage } from '#shared/training/training-row.ts'
import { type Asking, askEdge, problemOf } from './ask-edge.ts'
import type { EdgeAccess } from './edge-access.ts'
import { PlatformError } from './platform-error.ts'

export interface PulledRows {
  rows: TrainingRow[]
  visitors: number
  events: number
  eventsReceivedLate: number
  visitorsCut: number
}

const VISITORS_A_PAGE = 200
const PATH = '/api/v1/training-rows'

/**
 * All training rows of a workspace, page by page.
 *
 * @param workspace that the key must be of
 * @param onPage after each page, with all that was read until then
 * @throws PlatformError
 */
export async function pullRows(
  asking: Asking,
  access: EdgeAccess,
  { workspace, knownBy }: { workspace: string; knownBy: KnownBy },
  onPage: (soFar: PulledRows, isLast: boolean) => void,
): Promise<PulledRows> {
  const pulled: PulledRows = {
    rows: [],
    visitors: 0,
    events: 0,
    eventsReceivedLate: 0,
    visitorsCut: 0,
  }
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ limit: String(VISITORS_A_PAGE), knownBy })
    if (cursor !== '') query.set('cursor', cursor)
    const page = await pageOf(await askEdge(asking, access, `${PATH}?${query}`), access)
    assertOurs(page, workspace)
    pulled.rows.push(...page.data)
    pulled.visitors += page.visitors
    pulled.events += page.events
    pulled.eventsReceivedLate += page.eventsReceivedLate
    pulled.visitorsCut += page.visitorsCut
    onPage(pulled, page.next === null)
    cursor = page.next
  }
  return pulled
}

async function pageOf(answer: Response, { url }: EdgeAccess): Promise<TrainingRowsPage> {
  if (answer.status === 404) {
    throw new PlatformError(
      'not_understood',
      `The edge at ${url} has no training rows to give.`,
      'Update the edge to this version, or check its address.',
    )
  }
  if (!answer.ok) {
    const { detail, next } = await problemOf(answer)
    throw new PlatformError('refused', detail, next)
  }
  const page = TrainingRowsPage.safeParse(await answer.json().catch(() => null))
  if (page.success) return page.data
  throw new PlatformError(
    'not_understood',
    `The edge at ${url} answered with something else than training rows.`,
    'Update edge and trainer to the same version.',
  )
}

function assertOurs(page: TrainingRowsPage, workspace: string): void {
  if (page.workspace !== workspace) {
    throw new PlatformError(
      'other_workspace',
      `The key is of the workspace ${page.workspace}, not of ${workspace}.`,
      `Use --workspace ${page.workspace}, or a key of ${workspace}.`,
    )
  }
  if (page.featureHash !== FEATURE_HASH) {
    throw new PlatformError(
      'other_features',
      `The edge has other features (${page.featureHash}) than this trainer (${FEATURE_HASH}).`,
      'Update edge and trainer to the same version.',
    )
  }
}
