import { z } from 'zod'
import { outboundFetch } from './outbound-fetch.ts'
import { type OutboundEnv, outboundOf } from './outbound-of.ts'

const Asked = z.object({
  address: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
  timeoutMs: z.number(),
  maxBytes: z.number(),
})

/** A Worker that does nothing but fetch through the guard, for tests in a real workerd. */
export default {
  async fetch(request, env) {
    const { address, headers = {}, ...limits } = Asked.parse(await request.json())
    const answer = await outboundFetch(outboundOf(env), address, { headers }, limits)
    if (answer.kind !== 'answered') return Response.json(answer)
    const { response } = answer
    return Response.json({
      kind: answer.kind,
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text: await response.text(),
    })
  },
} satisfies ExportedHandler<OutboundEnv>
