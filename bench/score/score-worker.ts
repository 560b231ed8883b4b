/// <reference path="../../edge/scoring/modules.d.ts" />
import { z } from 'zod'
import { type ScoreRouteDeps, scoreRoutes } from '#edge/scoring/routes.ts'
import { starterScorer } from '#edge/scoring/starter-scorer.ts'

// The real route, scorer and model; only keys and stored profiles are left out, as they belong to
// other benchmarks.
const deps: ScoreRouteDeps = {
  scorer: starterScorer,
  profileOf: async () => null,
  authorize: async () => ({ workspaceId: 'bench' }),
  now: () => 0,
}
const app = scoreRoutes(deps)

const Batch = z.object({
  reasons: z.boolean(),
  rows: z.array(z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))),
})

app.post('/batch', async (c) => {
  const { rows, reasons } = Batch.parse(await c.req.json())
  const scorer = await starterScorer()
  const scores = await scorer.score(rows, { reasons })
  return c.json({ scores, engine: scorer.engine().kind })
})

export default {
  async fetch(request: Request): Promise<Response> {
    if (!request.url.endsWith('/hello')) return app.fetch(request)
    if (request.method === 'POST') await request.text()
    return new Response('hello')
  },
}
