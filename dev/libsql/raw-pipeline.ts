import { z } from 'zod'
import { databaseUrl } from './server.ts'

/**
 * Speaks to the server as plain HTTP, without any client library between: for tests of the
 * protocol itself.
 */

const pipelineAnswer = z.object({
  baton: z.string().nullable(),
  base_url: z.null(),
  results: z.array(
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('ok'), response: z.looseObject({ type: z.string() }) }),
      z.object({
        type: z.literal('error'),
        error: z.strictObject({ message: z.string(), code: z.string() }),
      }),
    ]),
  ),
})
export type PipelineAnswer = z.infer<typeof pipelineAnswer>

export function post(
  server: { url: string },
  endpoint: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${databaseUrl(server.url, 'raw')}${endpoint}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** Sends a pipeline to the database `raw` and checks the answer's shape. */
export async function pipeline(
  server: { url: string },
  requests: unknown[],
  baton: string | null = null,
  version: 2 | 3 = 3,
): Promise<PipelineAnswer> {
  const response = await post(server, `v${version}/pipeline`, { baton, requests })
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  return pipelineAnswer.parse(await response.json())
}

export const execute = (sql: string, ...args: unknown[]) => ({
  type: 'execute',
  stmt: { sql, args },
})

export const step = (sql: string, condition?: unknown) => ({ stmt: { sql }, condition })

export const batch = (...steps: unknown[]) => ({ type: 'batch', batch: { steps } })
