import { z } from 'zod'
import { RpcError } from '#rpc/rpc-error.ts'
import { reasonHeader } from '#shared/audit/reason.ts'
import { codeOf, type EdgeIdentity } from '../session/session.ts'

/** Checks of a model score hundreds of visitors. */
const TIMEOUT_MS = 25_000

/** The audit log says that a change came from a console. */
const USER_AGENT = 'Edgewise-Console/1'

const STEP_UP = 'step_up_required'

export type EdgeSource = {
  edgeUrl: string
  identity: EdgeIdentity
  fetch: typeof fetch
}

export type EdgeMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a request carries. */
export type EdgeMessage = {
  body?: unknown
  /** Why it is asked for; the audit log keeps it. */
  reason?: string | undefined
}

/**
 * Asks the edge for something that is not on this computer.
 *
 * @throws RpcError with the edge's own sentence where it says no, or that it cannot be reached
 */
export const askEdge = async <S extends z.ZodType>(
  source: EdgeSource,
  method: EdgeMethod,
  path: string,
  answer: S,
  message: EdgeMessage = {},
): Promise<z.output<S>> => {
  const response = await exchange(source, method, path, message)
  const parsed = answer.safeParse(await readJson(response))
  if (parsed.success) return parsed.data
  throw failed('The edge and this console speak different versions.', 'Update the console.')
}

/**
 * Asks the edge to do something whose answer says no more than that it was done.
 *
 * @throws RpcError as {@link askEdge}
 */
export const tellEdge = async (
  source: EdgeSource,
  method: EdgeMethod,
  path: string,
  message: EdgeMessage = {},
): Promise<void> => {
  const response = await exchange(source, method, path, message)
  await response.body?.cancel().catch(() => undefined)
}

/**
 * Text of the edge as it comes, up to a bound.
 *
 * @param maxBytes more than this is not read to its end
 * @returns null where there is more
 * @throws RpcError as {@link askEdge}
 */
export const readTextOfEdge = async (
  source: EdgeSource,
  method: EdgeMethod,
  path: string,
  maxBytes: number,
): Promise<string | null> => {
  const response = await exchange(source, method, path, {})
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength
      // Leaving the loop ends the answer too.
      if (bytes > maxBytes) return null
      text += decoder.decode(chunk, { stream: true })
    }
  } catch {
    throw unreachable()
  }
  return text + decoder.decode()
}

/** One exchange that went well. A token that is past its time is renewed once. */
const exchange = async (
  source: EdgeSource,
  method: EdgeMethod,
  path: string,
  message: EdgeMessage,
): Promise<Response> => {
  const first = await send(source, method, path, message)
  if (first.ok) return first
  const refused = await refusalOf(first, source)
  // A refused proof changed nothing at the edge, so that the same may be sent again.
  if (!(await source.identity.refused(refused.code)) || first.status !== 401) throw refused.error
  const second = await send(source, method, path, message)
  if (second.ok) return second
  throw (await refusalOf(second, source)).error
}

const send = async (
  { edgeUrl, identity, fetch }: EdgeSource,
  method: EdgeMethod,
  path: string,
  { body, reason }: EdgeMessage,
): Promise<Response> => {
  const proof = await identity.proof()
  if (proof.kind === 'signed_out') throw failed('Nobody is signed in.', 'Sign in.')
  if (proof.kind === 'unreachable') throw unreachable()
  try {
    return await fetch(new URL(path, edgeUrl), {
      method,
      headers: {
        authorization: `Bearer ${proof.token}`,
        accept: 'application/json',
        'user-agent': USER_AGENT,
        ...reasonHeader(reason),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      // The proof goes to the address that was configured and nowhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch {
    throw unreachable()
  }
}

const readJson = async (response: Response): Promise<unknown> => {
  let text: string
  try {
    text = await response.text()
  } catch {
    throw unreachable()
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const Problem = z.object({ detail: z.string(), next: z.string().optional() })

const refusalOf = async (
  response: Response,
  { identity }: EdgeSource,
): Promise<{ code: string; error: RpcError }> => {
  const said = await readJson(response)
  const code = codeOf(said)
  const problem = Problem.safeParse(said)
  if (!problem.success) {
    const error = failed(`The edge answered ${response.status}.`, 'Try again in a moment.')
    return { code, error }
  }
  const { detail, next } = problem.data
  if (code === STEP_UP && identity.confirmUrl !== null) {
    const error = new RpcError({
      kind: 'failed',
      message: detail,
      next: 'Confirm it in your browser, then come back.',
      confirmUrl: identity.confirmUrl,
    })
    return { code, error }
  }
  return { code, error: failed(detail, next ?? null) }
}

const unreachable = (): RpcError =>
  failed('The edge cannot be reached.', 'This can be seen and changed when it answers again.')

const failed = (message: string, next: string | null): RpcError =>
  new RpcError({ kind: 'failed', message, next })
