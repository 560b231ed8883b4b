import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { authorize, tokenDigest } from './bearer-token.ts'
import { DATABASE_NAME, Databases } from './database.ts'
import { ConnectionCut, type Faults } from './faults.ts'
import { answerCursor, answerPipeline, type HranaService } from './hrana-endpoints.ts'
import { HttpFailure, json, type Reply, replyTo, text } from './http-reply.ts'
import { cursorBody, type HranaVersion, pipelineBody } from './protocol.ts'
import { parseBody, readBody } from './request-body.ts'
import { StreamRegistry } from './stream-registry.ts'

const MAX_RESPONSE_CHARACTERS = 10_000_000
const IDLE_TIMEOUT_MS = 10_000
const TRANSACTION_TIMEOUT_MS = 5_000
const WRITE_WAIT_MS = 10_000
/** How long `stop` lets requests under way finish. */
const STOP_GRACE_MS = 3_000
const STOP_SWEEP_MS = 20
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
    tokenDigest: options.token === undefined ? undefined : tokenDigest(options.token),
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
      // Again and again: a socket counts as idle only some time after its answer.
      const sweep = setInterval(() => server.closeIdleConnections(), STOP_SWEEP_MS)
      // Their transactions may be what requests under way are waiting for.
      streams.discardIdle()
      const grace = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS)
      await closed
      clearTimeout(grace)
      clearInterval(sweep)
      streams.discardAll()
      databases.close()
    },
  }
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}

type Service = HranaService & { tokenDigest: Buffer | undefined; stopping: boolean }

async function handle(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  let reply: Reply
  try {
    reply = await route(service, request, gone.signal)
  } catch (error) {
    if (error instanceof ConnectionCut) {
      request.socket.destroy()
      return
    }
    reply = replyTo(error)
  }
  const body = Buffer.from(reply.body)
  if (service.stopping) response.setHeader('connection', 'close')
  response.writeHead(reply.status, { 'content-type': reply.type, 'content-length': body.length })
  response.end(body)
}

const ENDPOINTS: Record<string, { version: HranaVersion; kind: 'pipeline' | 'cursor' }> = {
  'v2/pipeline': { version: 2, kind: 'pipeline' },
  'v3/pipeline': { version: 3, kind: 'pipeline' },
  'v3/cursor': { version: 3, kind: 'cursor' },
}

async function route(
  service: Service,
  request: IncomingMessage,
  gone: AbortSignal,
): Promise<Reply> {
  const method = request.method ?? 'GET'
  const [path = ''] = (request.url ?? '').split('?')
  const [database = '', ...rest] = path.slice(1).split('/')
  const target = rest.join('/')
  // Before the token: clients ask for versions without theirs, and would take a 401 for a no.
  if (method === 'GET' && DATABASE_NAME.test(database) && (target === 'v2' || target === 'v3')) {
    return text(`Hrana over HTTP, version ${target.slice(1)}, in JSON`)
  }
  authorize(service.tokenDigest, request.headers.authorization)
  if (method === 'GET' && path === '/health') return json('{"status":"ok"}')
  if (!DATABASE_NAME.test(database)) {
    throw new HttpFailure(404, 'A database is named by [a-z0-9_-]{1,64}, first in the path.')
  }
  if (method === 'DELETE' && target === '') {
    service.streams.discardAll(database)
    if (!service.databases.drop(database)) throw new HttpFailure(404, 'There is no such database.')
    return json('{}')
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
  const call = { database, version: endpoint.version, gone }
  return endpoint.kind === 'pipeline'
    ? await answerPipeline(service, { ...call, body: parseBody(pipelineBody, body) })
    : await answerCursor(service, { ...call, body: parseBody(cursorBody, body) })
}

function refuseUpgrade(socket: Duplex): void {
  const sentence =
    'This server speaks Hrana over HTTP only: use an http: URL instead of ws: or libsql:.\n'
  socket.end(
    `HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${sentence.length}\r\n\r\n${sentence}`,
  )
}
