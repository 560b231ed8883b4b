import { FEATURE_HASH } from '#shared/features/registry.ts'
import { type KnownBy, type TrainingRow, TrainingRowsPage } from '#shared/training/training-row.ts'
import type { Asking } from '../platform/ask-edge.ts'
import { eachPage } from '../platform/each-page.ts'
import type { EdgeAccess } from '../platform/edge-access.ts'
import { PlatformError } from '../platform/platform-error.ts'

export interface PulledRows {
  rows: TrainingRow[]
  visitors: number
  events: number
  eventsReceivedLate: number
  visitorsCut: number
}

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
  const asked = { path: PATH, schema: TrainingRowsPage, what: 'training rows', query: { knownBy } }
  for await (const page of eachPage(asking, access, workspace, asked)) {
    assertSameFeatures(page)
    pulled.rows.push(...page.data)
    pulled.visitors += page.visitors
    pulled.events += page.events
    pulled.eventsReceivedLate += page.eventsReceivedLate
    pulled.visitorsCut += page.visitorsCut
    onPage(pulled, page.next === null)
  }
  return pulled
}

function assertSameFeatures({ featureHash }: TrainingRowsPage): void {
  if (featureHash === FEATURE_HASH) return
  throw new PlatformError(
    'other_features',
    `The edge has other features (${featureHash}) than this trainer (${FEATURE_HASH}).`,
    'Update edge and trainer to the same version.',
  )
}
