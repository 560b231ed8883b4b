import { z } from 'zod'
import { RpcError } from '#rpc/rpc-error.ts'

/** Checks of a model score hundreds of visitors. */
const TIMEOUT_MS = 25_000

export type EdgeSource = {
  edgeUrl: string
  secretKey: string
  fetch: typeof fetch
}

const Problem = z.object({ detail: z.string(), next: z.string().optional() })

/**
 * Asks the edge for something that is not on this computer.
 *
 * @throws RpcError with the edge's own sentence where it says no, or that it cannot be reached
 */
export const askEdge = async <S extends z.ZodType>(
  { edgeUrl, secretKey, fetch }: EdgeSource,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  answer: S,
  body?: unknown,
): Promise<z.output<S>> => {
  let status: number
  let said: unknown
  try {
    const response = await fetch(new URL(path, edgeUrl), {
      method,
      headers: {
        authorization: `Bearer ${secretKey}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      // The key goes to the address that was configured and nowhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    status = response.status
    said = await response.json()
  } catch {
    throw failed(
      'The edge cannot be reached.',
      'Models can be seen and changed when it answers again.',
    )
  }
  const problem = Problem.safeParse(said)
  if (status >= 400) {
    if (!problem.success) throw failed(`The edge answered ${status}.`, 'Try again in a moment.')
    throw failed(problem.data.detail, problem.data.next ?? null)
  }
  const parsed = answer.safeParse(said)
  if (parsed.success) return parsed.data
  throw failed('The edge and this console speak different versions.', 'Update the console.')
}

const failed = (message: string, next: string | null): RpcError =>
  new RpcError({ kind: 'failed', message, next })
