/// <reference path="../../edge/scoring/modules.d.ts" />
import { z } from 'zod'
import { isolateRuntime, isolateSessions } from '#edge/scoring/isolate-runtime.ts'
import { type ScoreRouteDeps, scoreRoutes } from '#edge/scoring/routes.ts'
import { createScorer, type Scorer } from '#edge/scoring/scorer.ts'
import { starterScorer } from '#edge/scoring/starter-scorer.ts'
import { TrainedManifest } from '#shared/scoring/manifest.ts'
import { STARTER_ROLLOUT } from '#shared/scoring/rollout.ts'

interface Bindings {
  TREES_ONNX: ArrayBuffer
  TREES_MANIFEST: unknown
}

const Batch = z.object({
  reasons: z.boolean(),
  rows: z.array(z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))),
})

// The real route, scorer and models; only keys and stored profiles are left out, as they belong to
// other benchmarks.
function appOf(scorer: () => Promise<Scorer>) {
  const deps: ScoreRouteDeps = {
    async scorers() {
      const model = await scorer()
      return { rollout: STARTER_ROLLOUT, scorerFor: () => model, shadows: [] }
    },
    profileOf: async () => null,
    authorize: async () => ({ workspaceId: 'bench' }),
    now: () => 0,
  }
  const app = scoreRoutes(deps)
  app.post('/batch', async (c) => {
    const { rows, reasons } = Batch.parse(await c.req.json())
    const model = await scorer()
    const scores = await model.score(rows, { reasons })
    return c.json({ scores, engine: model.engine().kind })
  })
  return app
}

const starter = appOf(starterScorer)
let trees: ReturnType<typeof appOf> | undefined

function treesOf({ TREES_ONNX, TREES_MANIFEST }: Bindings) {
  const manifest = TrainedManifest.parse(TREES_MANIFEST)
  const model = { manifest, onnx: new Uint8Array(TREES_ONNX) }
  const scorer = createScorer(model, isolateRuntime, isolateSessions)
  return appOf(async () => scorer)
}

const TREES_PATH = '/trees'

export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    const url = new URL(request.url)
    if (url.pathname.startsWith(TREES_PATH)) {
      trees ??= treesOf(env)
      url.pathname = url.pathname.slice(TREES_PATH.length)
      return trees.fetch(new Request(url, request))
    }
    if (url.pathname !== '/hello') return starter.fetch(request)
    if (request.method === 'POST') await request.text()
    return new Response('hello')
  },
}
