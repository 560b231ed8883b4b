import starterOnnx from '#models/starter/lead-score.onnx'
import starterManifest from '#models/starter/manifest.json'
import { ModelManifest } from '#shared/scoring/manifest.ts'
import { isolateRuntime, isolateSessions } from './isolate-runtime.ts'
import { createScorer, type Scorer } from './scorer.ts'

let starter: Scorer | undefined

/**
 * The scorer of the model that ships, one an isolate: it scores from the first event, and says by
 * `calibrated: false` that it has not seen the workspace's own outcomes.
 */
export async function starterScorer(): Promise<Scorer> {
  starter ??= createScorer(
    { manifest: ModelManifest.parse(starterManifest), onnx: new Uint8Array(starterOnnx) },
    isolateRuntime,
    isolateSessions,
  )
  return starter
}
