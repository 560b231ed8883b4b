import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import {
  type EventFact,
  type PersonFact,
  PullRequest,
  type PullResponse,
  type SlotEntity,
  SYNC_PROTOCOL_VERSION,
  type VerdictFact,
  type VisitorFact,
} from '#shared/sync/protocol.ts'

export const FIXTURE_KEY = 'fixture-secret-key'

/** The facts a fixture edge serves; a test changes them as it goes. */
export type FixtureStore = {
  epoch: string
  events: EventFact[]
  verdicts: VerdictFact[]
  visitors: VisitorFact[]
  persons: PersonFact[]
  slots: SlotEntity[]
}

export type FixtureEdge = {
  url: string
  store: FixtureStore
  /** Every request that was understood, oldest first. */
  requests: PullRequest[]
  /** Answers this instead of data until it is taken away. */
  answerInstead: { status: number; body: unknown; headers?: Record<string, string> } | null
  /** Held before each answer, for tests that cut in the middle. */
  beforeAnswer: () => Promise<void>
  /** Most rows of each kind in one page. */
  pageRows: number
  close(): Promise<void>
}

const emptyStore = (): FixtureStore => ({
  epoch: 'epoch-1',
  events: [],
  verdicts: [],
  visitors: [],
  persons: [],
  slots: [],
})

/** An HTTP server that speaks the pull contract over a few arrays. `port` 0 takes any free one. */
export const startFixtureEdge = async (
  options: { store?: Partial<FixtureStore>; port?: number } = {},
): Promise<FixtureEdge> => {
  const server = createServer((request, response) => {
    void (async () => {
      const send = (status: number, body: unknown, headers: Record<string, string> = {}) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers })
        response.end(typeof body === 'string' ? body : JSON.stringify(body))
      }
      const text = await readBody(request)
      await edge.beforeAnswer()
      const instead = edge.answerInstead
      if (instead !== null) return send(instead.status, instead.body, instead.headers)
      if (request.url !== '/api/v1/sync/pull' || request.method !== 'POST') {
        return send(404, { title: 'No such route.' })
      }
      if (request.headers.authorization !== `Bearer ${FIXTURE_KEY}`) {
        return send(401, { title: 'Unauthorized', detail: 'The key is not known.' })
      }
      const pull = PullRequest.parse(JSON.parse(text))
      edge.requests.push(pull)
      send(200, answerPull(edge.store, pull, edge.pageRows))
    })().catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  const edge: FixtureEdge = {
    url: `http://127.0.0.1:${address.port}`,
    store: { ...emptyStore(), ...options.store },
    requests: [],
    answerInstead: null,
    beforeAnswer: async () => {},
    pageRows: 1000,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return edge
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

/** The rows after a cursor; rows that share the last version taken all come along. */
const takeAfter = <Row>(
  rows: readonly Row[],
  numberOf: (row: Row) => number,
  after: number,
  limit: number,
): { rows: Row[]; last: number; more: boolean } => {
  const due = rows.filter((row) => numberOf(row) > after)
  due.sort((a, b) => numberOf(a) - numberOf(b))
  const edgeRow = due[limit - 1]
  const last = edgeRow === undefined ? Number.POSITIVE_INFINITY : numberOf(edgeRow)
  const taken = due.filter((row) => numberOf(row) <= last)
  const end = taken.at(-1)
  return {
    rows: taken,
    last: end === undefined ? after : numberOf(end),
    more: taken.length < due.length,
  }
}

/** What a store answers to a pull; the same for every caller with the same cursor. */
export const answerPull = (
  store: FixtureStore,
  pull: PullRequest,
  pageRows: number,
): PullResponse => {
  if (pull.epoch !== null && pull.epoch !== store.epoch) {
    return { kind: 'reset', epoch: store.epoch, reason: 'The store was restored.' }
  }
  const limit = Math.min(pull.limit, pageRows)
  const events = takeAfter(store.events, (e) => e.ingestSeq, pull.facts.ingestSeq, limit)
  const verdicts = takeAfter(store.verdicts, (v) => v.verdictSeq, pull.facts.verdictSeq, limit)
  const derived = [
    ...store.visitors.map((visitor) => ({ version: visitor.version, visitor })),
    ...store.persons.map((person) => ({ version: person.version, person })),
  ]
  const versions = takeAfter(derived, (row) => row.version, pull.facts.version, limit)
  const slots = takeAfter(store.slots, (slot) => slot.editVersion, pull.edit, limit)
  return {
    kind: 'page',
    protocol: SYNC_PROTOCOL_VERSION,
    epoch: store.epoch,
    edit: slots.last,
    facts: { ingestSeq: events.last, verdictSeq: verdicts.last, version: versions.last },
    slots: slots.rows,
    events: events.rows,
    verdicts: verdicts.rows,
    visitors: versions.rows.flatMap((row) => ('visitor' in row ? [row.visitor] : [])),
    persons: versions.rows.flatMap((row) => ('person' in row ? [row.person] : [])),
    erasures: [],
    erasureKey: null,
    more: events.more || verdicts.more || versions.more || slots.more,
  }
}
