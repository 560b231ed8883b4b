import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { RpcError } from '#rpc/rpc-error.ts'
import { REASON_HEADER, readReason } from '#shared/audit/reason.ts'
import type { EdgeIdentity } from '../session/session.ts'
import { askEdge, type EdgeSource, readTextOfEdge, tellEdge } from './ask-edge.ts'

type Answer = { status: number; body?: unknown }

let server: Server
let answers: Answer[]
let requests: { method: string; authorization: string; reason: string | null; body: string }[]
let edge: EdgeSource

const CONFIRM_URL = 'https://edge.example.com/account/confirm?session=ses_1'

const identity = (partial: Partial<EdgeIdentity> = {}): EdgeIdentity => ({
  proof: async () => ({ kind: 'bearer', token: 'token-1' }),
  confirmUrl: CONFIRM_URL,
  refused: async () => false,
  ...partial,
})

beforeEach(async () => {
  answers = []
  requests = []
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { method = '', headers } = request
    const given = headers[REASON_HEADER]
    requests.push({
      method,
      authorization: headers.authorization ?? '',
      reason: typeof given === 'string' ? given : null,
      body,
    })
    const answer = answers.shift() ?? { status: 500 }
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    response.end(answer.body === undefined ? '' : text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  edge = { edgeUrl: `http://127.0.0.1:${address.port}`, identity: identity(), fetch }
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const failure = async (promise: Promise<unknown>): Promise<RpcError> => {
  const error = await promise.catch((reason: unknown) => reason)
  if (error instanceof RpcError) return error
  throw new Error(`Expected an RpcError, not ${String(error)}`)
}

test('an answer is parsed, and one without a body is enough where something was to be done', async () => {
  answers = [{ status: 200, body: { data: [1] } }, { status: 204 }]
  const read = await askEdge(edge, 'GET', '/api/v1/x', z.object({ data: z.array(z.number()) }))
  expect(read).toEqual({ data: [1] })
  await tellEdge(edge, 'DELETE', '/api/v1/x/1')
  expect(requests.map(({ method }) => method)).toEqual(['GET', 'DELETE'])
})

test('an answer of another shape means that somebody must update', async () => {
  answers = [{ status: 200, body: { items: [] } }]
  const error = await failure(askEdge(edge, 'GET', '/x', z.object({ data: z.array(z.number()) })))
  expect(error.next).toBe('Update the console.')
})

test('a proof that is asked for again comes with the place to give it', async () => {
  const said = { code: 'step_up_required', detail: 'Confirm it.', next: 'Open /account/confirm.' }
  answers = [{ status: 403, body: said }]
  const error = await failure(tellEdge(edge, 'PATCH', '/x', { body: { role: 'admin' } }))
  expect(error.toBody()).toMatchObject({ message: 'Confirm it.', confirmUrl: CONFIRM_URL })
  // Sent twice it would be two changes as soon as the person has confirmed.
  expect(requests).toHaveLength(1)
})

test('other refusals have the edge’s words and no such place', async () => {
  answers = [
    {
      status: 409,
      body: { code: 'conflict', detail: 'This is the last owner.', next: 'Make one.' },
    },
    { status: 502, body: '<html>' },
  ]
  const conflict = (await failure(tellEdge(edge, 'PATCH', '/x', {}))).toBody()
  expect(conflict).toEqual({
    kind: 'failed',
    message: 'This is the last owner.',
    next: 'Make one.',
  })
  expect((await failure(tellEdge(edge, 'PATCH', '/x', {}))).message).toBe('The edge answered 502.')
})

test('after an old token the same is sent once more with a new one, and never a third time', async () => {
  let token = 'old'
  const codes: string[] = []
  edge.identity = identity({
    proof: async () => ({ kind: 'bearer', token }),
    refused: async (code) => {
      codes.push(code)
      token = 'new'
      return true
    },
  })
  const old = { status: 401, body: { code: 'token_expired', detail: 'It is past its time.' } }
  answers = [old, { status: 204 }]
  await tellEdge(edge, 'PUT', '/x', { body: { a: 1 } })
  expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer new'])
  expect(requests.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}'])
  answers = [old, old]
  expect((await failure(tellEdge(edge, 'PUT', '/x', {}))).message).toBe('It is past its time.')
  expect(requests).toHaveLength(4)
  expect(new Set(codes)).toEqual(new Set(['token_expired']))
})

test('a reason goes along as it was written, and again with a new token', async () => {
  const reason = 'Sie arbeitet nicht mehr hier –\nsagt 人事'
  const read = () => requests.map((request) => readReason(request.reason))
  edge.identity = identity({ refused: async () => true })
  answers = [{ status: 401, body: { code: 'token_expired', detail: '' } }, { status: 204 }]
  await tellEdge(edge, 'DELETE', '/x', { reason })
  expect(read()).toEqual([
    { kind: 'given', reason },
    { kind: 'given', reason },
  ])
  expect(requests.map(({ body }) => body)).toEqual(['', ''])
})

test.each([undefined, '', '  \n'])('no reason is no header: %j', async (reason) => {
  answers = [{ status: 204 }]
  await tellEdge(edge, 'PATCH', '/x', { body: {}, reason })
  expect(requests.map((request) => request.reason)).toEqual([null])
})

test('nobody signed in, and an edge that is away, are told apart', async () => {
  edge.identity = identity({ proof: async () => ({ kind: 'signed_out' }) })
  expect((await failure(tellEdge(edge, 'PUT', '/x'))).next).toBe('Sign in.')
  edge.identity = identity()
  server.close()
  server.closeAllConnections()
  expect((await failure(tellEdge(edge, 'PUT', '/x'))).message).toBe('The edge cannot be reached.')
})

test('a text is read whole up to its bound, and not at all beyond', async () => {
  const text = 'ä'.repeat(500)
  answers = [
    { status: 200, body: text },
    { status: 200, body: text },
  ]
  expect(await readTextOfEdge(edge, 'POST', '/x', 1_000)).toBe(text)
  expect(await readTextOfEdge(edge, 'POST', '/x', 999)).toBeNull()
})
