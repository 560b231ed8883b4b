import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { z } from 'zod'
import { DATABASE_NAME, Databases } from './database.ts'
import { ConnectionCut, type Fault, type Faults, StepGate } from './faults.ts'
import { type RequestContext, runCursor, runRequest } from './pipeline.ts'
import { cursorBody, type HranaVersion, pipelineBody, type StreamRequest } from './protocol.ts'
import { ProtocolError } from './stream.ts'
import { StreamExpired, StreamRegistry } from './stream-registry.ts'

const BODY_BYTES_MAX = 64 * 1024 * 1024
const MAX_RESPONSE_CHARACTERS = 10_000_000
const IDLE_TIMEOUT_MS = 10_000
const TRANSACTION_TIMEOUT_MS = 5_000
const WRITE_WAIT_MS = 10_000
/** How long `stop` lets requests under way finish. */
const STOP_GRACE_MS = 3_000
/** Longer than clients keep idle sockets, so that a request never meets a socket being closed. */
const KEEP_ALIVE_MS = 120_000

export type LibsqlServerOptions = {
  /** Where the database files live; created if missing. */
  dir: string
  /** 0, the default, takes a free port. */
  port?: number
  host?: string
  /** Required as bearer token on every request when given. */
  token?: string
  /** A stream without a request for so long is rolled back and closed. */
  idleTimeoutMs?: number
  /** A transaction that keeps other writers waiting for so long loses the lock. */
  transactionTimeoutMs?: number
  /** A writer that waited for so long is told SQLITE_BUSY. */
  writeWaitMs?: number
  /** Characters of JSON that one request's result may have, as the libSQL server limits it. */
  maxResponseCharacters?: number
  /** For tests in the same process. */
  faults?: Faults
}

export type LibsqlServer = {
  /** Without a trailing slash; a database's own URL is `databaseUrl(url, name)`. */
  url: string
  port: number
  /** Finishes requests under way, rolls back open streams, closes the files. */
  stop(): Promise<void>
}

/**
 * The URL to give a libSQL client. It ends in a slash on purpose: clients resolve `v2/pipeline`
 * against it, and without the slash the last path segment, the database, would be lost.
 */
export function databaseUrl(serverUrl: string, database: string): string {
  return `${serverUrl.replace(/\/$/, '')}/${database}/`
}

/** Starts a server that speaks Hrana over HTTP for all databases of one folder. */
export async function startLibsqlServer(options: LibsqlServerOptions): Promise<LibsqlServer> {
  const host = options.host ?? '127.0.0.1'
  const databases = new Databases(options.dir, {
    writeWaitMs: options.writeWaitMs ?? WRITE_WAIT_MS,
    transactionTimeoutMs: options.transactionTimeoutMs ?? TRANSACTION_TIMEOUT_MS,
  })
  const streams = new StreamRegistry(options.idleTimeoutMs ?? IDLE_TIMEOUT_MS)
  const service: Service = {
    databases,
    streams,
    tokenDigest: options.token === undefined ? undefined : digest(options.token),
    maxResponseCharacters: options.maxResponseCharacters ?? MAX_RESPONSE_CHARACTERS,
    faults: options.faults,
    stopping: false,
  }
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true })
  server.on('request', (request, response) => void handle(service, request, response))
  server.on('upgrade', (_request, socket) => refuseUpgrade(socket))
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(options.port ?? 0, host, () => {
      server.off('error', failed)
      listening()
    })
  })
  const port = portOf(server.address())
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async stop() {
      service.stopping = true
      const closed = new Promise<void>((done) => server.close(() => done()))
      server.closeIdleConnections()
      // Their transactions may be what requests under way are waiting for.
      streams.discardIdle()
      const grace = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS)
      await closed
      clearTimeout(grace)
      streams.discardAll()
      databases.close()
    },
  }
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}

type Service = {
  databases: Databases
  streams: StreamRegistry
  tokenDigest: Buffer | undefined
  maxResponseCharacters: number
  faults: Faults | undefined
  stopping: boolean
}

/** An answer that is not the normal one. */
class HttpFailure extends Error {
  readonly status: number
  readonly code: string | undefined

  /** @param code makes it a JSON error object; without one it is plain text, as libSQL does. */
  constructor(status: number, message: string, code?: string) {
    super(message)
    this.name = 'HttpFailure'
    this.status = status
    this.code = code
  }
}

type Reply = { status: number; type: 'application/json' | 'text/plain'; body: string }

const json = (body: string, status = 200): Reply => ({ status, type: 'application/json', body })
const text = (body: string, status = 200): Reply => ({ status, type: 'text/plain', body })

async function handle(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let reply: Reply
  try {
    reply = await route(service, request)
  } catch (error) {
    if (error instanceof ConnectionCut) {
      request.socket.destroy()
      return
    }
    reply = replyTo(error)
  }
  const body = Buffer.from(reply.body)
  if (service.stopping) response.setHeader('connection', 'close')
  // The exact types matter: clients read an error's code only from `application/json`.
  response.writeHead(reply.status, { 'content-type': reply.type, 'content-length': body.length })
  response.end(body)
}

function replyTo(error: unknown): Reply {
  if (error instanceof ProtocolError) return text(error.message, 400)
  if (error instanceof StreamExpired) {
    return json(JSON.stringify({ message: error.message, code: error.code }), 400)
  }
  if (error instanceof HttpFailure) {
    return error.code === undefined
      ? text(error.message, error.status)
      : json(JSON.stringify({ message: error.message, code: error.code }), error.status)
  }
  console.error(error)
  const message = 'The server failed at this request; its log has the cause.'
  return json(JSON.stringify({ message, code: 'INTERNAL_ERROR' }), 500)
}

const ENDPOINTS: Record<string, { version: HranaVersion; kind: 'pipeline' | 'cursor' }> = {
  'v2/pipeline': { version: 2, kind: 'pipeline' },
  'v3/pipeline': { version: 3, kind: 'pipeline' },
  'v3/cursor': { version: 3, kind: 'cursor' },
}

async function route(service: Service, request: IncomingMessage): Promise<Reply> {
  authorize(service.tokenDigest, request.headers.authorization)
  const method = request.method ?? 'GET'
  const [path = ''] = (request.url ?? '').split('?')
  const [database = '', ...rest] = path.slice(1).split('/')
  const target = rest.join('/')
  if (method === 'GET' && path === '/health') return json('{"status":"ok"}')
  if (!DATABASE_NAME.test(database)) {
    throw new HttpFailure(404, 'A database is named by [a-z0-9_-]{1,64}, first in the path.')
  }
  if (method === 'DELETE' && target === '') {
    service.streams.discardAll(database)
    if (!service.databases.drop(database)) throw new HttpFailure(404, 'There is no such database.')
    return json('{}')
  }
  if (method === 'GET' && (target === 'v2' || target === 'v3')) {
    return text(`Hrana over HTTP, version ${target.slice(1)}, in JSON`)
  }
  const endpoint = ENDPOINTS[target]
  if (!endpoint) {
    throw new HttpFailure(
      404,
      'There is no such endpoint. The base URL of a database ends in a slash: http://host:port/<database>/',
    )
  }
  if (method !== 'POST') throw new HttpFailure(405, 'This endpoint takes POST.')
  const body = await readBody(request)
  return endpoint.kind === 'pipeline'
    ? await answerPipeline(service, database, endpoint.version, parse(pipelineBody, body))
    : await answerCursor(service, database, endpoint.version, parse(cursorBody, body))
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function authorize(expected: Buffer | undefined, header: string | undefined): void {
  if (!expected) return
  const token = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1]
  if (token === undefined) {
    throw new HttpFailure(
      401,
      'The request needs the header "Authorization: Bearer <token>".',
      'AUTH_HTTP_HEADER_MISSING',
    )
  }
  // Digests have one length, so the comparison tells nothing of the token, not even how long it is.
  if (!timingSafeEqual(digest(token), expected)) {
    throw new HttpFailure(401, 'The bearer token is not the right one.', 'AUTH_JWT_INVALID')
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) {
      throw new HttpFailure(413, `A request body may have ${BODY_BYTES_MAX} bytes at most.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse<Schema extends z.ZodType>(schema: Schema, body: string): z.output<Schema> {
  let data: unknown
  try {
    data = JSON.parse(body)
  } catch {
    throw new ProtocolError('Cannot deserialize client message from JSON: it is not JSON')
  }
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ProtocolError(
    `Cannot deserialize client message from JSON: ${issue?.message} at ${issue?.path.join('.')}`,
  )
}

async function faultOf(
  service: Service,
  database: string,
  requests: readonly StreamRequest[],
): Promise<Fault> {
  const fault = (await service.faults?.onRequest(database, requests)) ?? { kind: 'pass' }
  if (fault.kind === 'refuse') {
    throw new HttpFailure(503, 'The server refuses this request.', 'UNAVAILABLE')
  }
  return fault
}

async function answerPipeline(
  service: Service,
  name: string,
  version: HranaVersion,
  body: z.output<typeof pipelineBody>,
): Promise<Reply> {
  const fault = await faultOf(service, name, body.requests)
  const context = contextOf(service, version, fault)
  const entry = service.streams.acquire(service.databases.get(name), body.baton)
  try {
    const results: string[] = []
    for (const request of body.requests) {
      results.push(await runRequest(entry.stream, request, context))
    }
    if (fault.kind === 'cut_after_commit' || fault.kind === 'cut_before_step') {
      throw new ConnectionCut()
    }
    const baton = JSON.stringify(service.streams.release(entry))
    return json(`{"baton":${baton},"base_url":null,"results":[${results.join(',')}]}`)
  } catch (error) {
    service.streams.discard(entry)
    throw error
  }
}

async function answerCursor(
  service: Service,
  name: string,
  version: HranaVersion,
  body: z.output<typeof cursorBody>,
): Promise<Reply> {
  const fault = await faultOf(service, name, [{ type: 'batch', batch: body.batch }])
  const context = contextOf(service, version, fault)
  const entry = service.streams.acquire(service.databases.get(name), body.baton)
  try {
    const entries = await runCursor(entry.stream, body.batch, context)
    if (fault.kind === 'cut_after_commit' || fault.kind === 'cut_before_step') {
      throw new ConnectionCut()
    }
    const baton = JSON.stringify(service.streams.release(entry))
    return text(`${[`{"baton":${baton},"base_url":null}`, ...entries].join('\n')}\n`)
  } catch (error) {
    service.streams.discard(entry)
    throw error
  }
}

function contextOf(service: Service, version: HranaVersion, fault: Fault): RequestContext {
  return {
    version,
    gate: new StepGate(fault),
    maxResponseCharacters: service.maxResponseCharacters,
  }
}

function refuseUpgrade(socket: Duplex): void {
  const sentence =
    'This server speaks Hrana over HTTP only: use an http: URL instead of ws: or libsql:.\n'
  socket.end(
    `HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${sentence.length}\r\n\r\n${sentence}`,
  )
}
