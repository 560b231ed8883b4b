import { z } from 'zod'
import type { TrainedManifest } from '#shared/scoring/manifest.ts'
import { type Asking, askEdge, problemOf } from '../platform/ask-edge.ts'
import type { EdgeAccess } from '../platform/edge-access.ts'
import { PlatformError } from '../platform/platform-error.ts'

export interface Draft {
  manifest: TrainedManifest
  onnx: Uint8Array
  /** Markdown. */
  card: string | null
  note: string | null
}

export type Registration =
  | { kind: 'draft'; version: string }
  /** The edge has this version from an earlier training on the same rows. */
  | { kind: 'known' }
  | { kind: 'no_registry' }

const Registered = z.object({ version: z.string(), stage: z.literal('draft') })

/**
 * Hands a model to the edge, as a draft that nothing is scored with until somebody decides so.
 *
 * @throws PlatformError where the edge refuses it or cannot be reached
 */
export async function registerDraft(
  asking: Asking,
  access: EdgeAccess,
  { manifest, onnx, card, note }: Draft,
): Promise<Registration> {
  const answer = await askEdge(asking, access, '/api/v1/models', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      manifest,
      onnx: Buffer.from(onnx).toString('base64'),
      card,
      note,
    }),
  })
  if (answer.status === 404) return { kind: 'no_registry' }
  if (answer.status === 409) return { kind: 'known' }
  if (!answer.ok) {
    const { detail, next } = await problemOf(answer)
    throw new PlatformError('refused', `The edge does not take the model: ${detail}`, next)
  }
  const registered = Registered.safeParse(await answer.json().catch(() => null))
  if (registered.success) return { kind: 'draft', version: registered.data.version }
  throw new PlatformError(
    'not_understood',
    'The edge took the model and answered with something else than a draft.',
    'Update edge and trainer to the same version.',
  )
}
