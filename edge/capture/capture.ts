import { keysOf } from '#shared/access/matrix.ts'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { authorize } from '../access/authorize.ts'
import { isAccessToken } from '../access/key-caller.ts'
import { within } from '../deadlines/within.ts'
import type { Env } from '../env.ts'
import type { AllowedOrigins } from '../keys/allowed-origins.ts'
import { ProblemError, problemResponse, problems } from '../problems/problem.ts'
import type { KeyCheck } from '../tenancy/directory.ts'
import { directoryOf } from '../tenancy/directory-of.ts'
import type { Workspace } from '../tenancy/workspace.ts'
import type { AppendAnswer, AppendEntry, LoggedVerdict } from '../visitors/log-entry.ts'
import { visitorLogName } from '../visitors/routing.ts'
import { acknowledgement } from './acknowledgement.ts'
import { readBody } from './body.ts'
import type { Caller } from './caller.ts'
import { callerOfRequest } from './caller-of-request.ts'
import { CORS_HEADERS, corsOf, problemCors } from './cors.ts'
import { keyOfHeaders } from './key-of-request.ts'
import { type CaptureCall, readBatch } from './read-batch.ts'
import { asObject, type ReadEvent } from './segment-event.ts'

const PERMISSION = 'capture:write'

/**
 * From the first byte to the answer. Client libraries send again with the same ids, so that giving up costs
 * a repetition; waiting for a stalled body or an object that hangs would cost the isolate.
 */
const CAPTURE_DEADLINE_MS = 30_000

/**
 * A capture call of the Segment protocol, from bytes to acknowledgement. 200 means that every object
 * touched has the events on disk; anything short of that is 503 or 429, and sending the same ids
 * again is harmless.
 */
export async function capture(request: Request, env: Env, call: CaptureCall): Promise<Response> {
  try {
    return await within(CAPTURE_DEADLINE_MS, captured(request, env, call))
  } catch (error) {
    if (error instanceof ProblemError) {
      return problemResponse(error.problem, problemCors(error.problem))
    }
    console.error(JSON.stringify({ event: 'capture_failed', reason: String(error) }))
    return problemResponse(problems.unavailable('The events could not be stored.'), CORS_HEADERS)
  }
}

async function captured(request: Request, env: Env, call: CaptureCall): Promise<Response> {
  const receivedAt = Date.now()
  const { body, text } = await readBody(request)
  const check = await callerCheck(env, request, body)
  const cors = corsOf(check.allowedOrigins, request.headers)
  const caller = callerOfRequest(request, {
    receivedAt,
    verified: check.isVerified,
    honourGpc: check.workspace.honourGpc,
  })
  const answers = await append(env, check.workspace, readBatch(call, body, text, caller), caller)
  return acknowledgement(answers, cors)
}

/** Who captures. A person with the permission vouches for what they say, as a secret key does. */
async function callerCheck(
  env: Env,
  request: Request,
  body: unknown,
): Promise<{ workspace: Workspace; isVerified: boolean; allowedOrigins: AllowedOrigins }> {
  const inHeaders = keyOfHeaders(request.headers)
  if (inHeaders !== null && isAccessToken(inHeaders)) {
    const { workspace } = await authorize(env, request, PERMISSION)
    return { workspace, isVerified: true, allowedOrigins: null }
  }
  const { workspace, key, allowedOrigins } = await checkKey(env, inHeaders ?? keyOfBody(body))
  return { workspace, isVerified: key === 'secret', allowedOrigins }
}

async function checkKey(env: Env, key: string | null): Promise<KeyCheck & { kind: 'ok' }> {
  if (!key) throw new ProblemError(problems.keyMissing(keysOf(PERMISSION)))
  const directory = directoryOf(env)
  const check = directory.checkCached(key) ?? (await directory.check(key))
  switch (check.kind) {
    case 'ok':
      if (check.permissions.includes(PERMISSION)) return check
      throw new ProblemError(problems.forbidden(PERMISSION, keysOf(PERMISSION)))
    case 'refused':
      throw new ProblemError(problems.keyRefused())
    case 'unavailable':
      throw new ProblemError(problems.unavailable('The key cannot be checked.'))
  }
}

/** One call an object touched, all at once; the slowest decides when the client hears back. */
async function append(
  env: Env,
  workspace: Workspace,
  events: ReadEvent[],
  caller: Caller,
): Promise<AppendAnswer[]> {
  const byObject = new Map<string, AppendEntry[]>()
  for (const read of events) {
    const { name, entry } = routeEvent(workspace, read, caller)
    const entries = byObject.get(name)
    if (entries) entries.push(entry)
    else byObject.set(name, [entry])
  }
  return Promise.all(
    [...byObject].map(([name, entries]) => env.VISITOR_LOG.getByName(name).append(entries)),
  )
}

function routeEvent(
  workspace: Workspace,
  read: ReadEvent,
  caller: Caller,
): { name: string; entry: AppendEntry } {
  if (read.kind === 'event') {
    const { event } = read
    return {
      name: visitorLogName(workspace, event.visitorId ?? event.messageId),
      entry: { kind: 'event', messageId: event.messageId, body: eventBody(event) },
    }
  }
  const { messageId, reason, detail, type, name } = read.rejected
  const verdict: LoggedVerdict = {
    messageId,
    verdict: 'rejected',
    reason,
    detail,
    type,
    name,
    receivedAt: caller.receivedAt,
  }
  return {
    name: visitorLogName(workspace, messageId),
    entry: { kind: 'verdict', body: JSON.stringify(verdict) },
  }
}

/**
 * messageId and type come first: the drain reads the id without parsing the rest. A lone surrogate
 * would be written as an escape that no UTF-8 store can hold, so bodies that show one are cleaned.
 */
function eventBody({ messageId, type, ...rest }: CapturedEvent): string {
  const body = JSON.stringify({ messageId, type, ...rest })
  return SURROGATE_ESCAPE.test(body) ? JSON.stringify(wellFormed(JSON.parse(body))) : body
}

const SURROGATE_ESCAPE = /\\ud[89a-f]/i

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (Array.isArray(value)) return value.map(wellFormed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key.toWellFormed(), wellFormed(child)]),
  )
}

function keyOfBody(body: unknown): string | null {
  const { writeKey } = asObject(body)
  return typeof writeKey === 'string' ? writeKey : null
}
