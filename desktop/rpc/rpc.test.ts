import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Channel } from './channel.ts'
import { createRpcClient, type RpcClient } from './client.ts'
import { METHODS, type ParsedInput, RPC_VERSION, type TopicPayload } from './contract.ts'
import { messagePortChannel } from './message-port-channel.ts'
import { RpcError } from './rpc-error.ts'
import { createRpcServer, type RpcHandlers, type RpcServer } from './server.ts'
import { webSocketChannel } from './websocket-channel.ts'

const TOKEN = 'right-token'
const cleanups: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const notUsed = async (): Promise<never> => {
  throw new Error('not used in this test')
}

/** Every method of the contract, none of which may be called. */
const unused = Object.fromEntries(
  Object.keys(METHODS).map((method) => [method, notUsed]),
) as unknown as RpcHandlers

const handlers = (partial: Partial<RpcHandlers>): RpcHandlers => ({
  ...unused,
  ...partial,
})

const serverWith = (partial: Partial<RpcHandlers>): RpcServer =>
  createRpcServer({ handlers: handlers(partial), acceptToken: (token) => token === TOKEN })

const overWebSocket = async (server: RpcServer): Promise<Channel> => {
  const listener = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  listener.on('connection', (socket) => server.serve(webSocketChannel(socket)))
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}`)
  cleanups.push(async () => {
    socket.terminate()
    for (const client of listener.clients) client.terminate()
    await new Promise((resolve) => listener.close(resolve))
  })
  return webSocketChannel(socket)
}

const overMessagePort = async (server: RpcServer): Promise<Channel> => {
  const { port1, port2 } = new MessageChannel()
  server.serve(messagePortChannel(port1))
  cleanups.push(() => port2.close())
  return messagePortChannel(port2)
}

const failure = async (promise: Promise<unknown>): Promise<RpcError> => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof RpcError)) throw new Error(`expected an RpcError, got ${String(error)}`)
  return error
}

describe.each([
  ['a WebSocket', overWebSocket],
  ['a MessagePort', overMessagePort],
])('the contract over %s', (_name, connect) => {
  const clientOf = async (server: RpcServer, token: string | null = TOKEN): Promise<RpcClient> =>
    createRpcClient(await connect(server), token)

  test('carries a call and its parsed answer, defaults filled in', async () => {
    const seen: ParsedInput<'stream.list'>[] = []
    const client = await clientOf(
      serverWith({
        'stream.list': async (input) => {
          seen.push(input)
          return { items: [], next: 'cursor' }
        },
      }),
    )
    const page = await client.call('stream.list', {
      filter: { name: 'pricing' },
      limit: 10,
      before: null,
    })
    expect(page).toEqual({ items: [], next: 'cursor' })
    expect(seen[0]?.filter).toEqual({
      name: 'pricing',
      verdict: null,
      type: null,
      visitorId: null,
    })
  })

  test('keeps answers apart when they come back in another order', async () => {
    const release: Record<string, () => void> = {}
    const client = await clientOf(
      serverWith({
        'stream.list': ({ before }) =>
          new Promise((resolve) => {
            release[String(before)] = () => resolve({ items: [], next: before })
            if (before === 'second') {
              release.second?.()
              release.first?.()
            }
          }),
      }),
    )
    const list = (before: string) =>
      client.call('stream.list', { filter: {}, limit: 1, before }).then((page) => page.next)
    expect(await Promise.all([list('first'), list('second')])).toEqual(['first', 'second'])
  })

  test('answers a payload outside the contract with the field that is wrong', async () => {
    const client = await clientOf(serverWith({}))
    const error = await failure(
      client.call('stream.list', { filter: {}, limit: 100_000, before: null }),
    )
    expect(error.kind).toBe('bad_payload')
    expect(error.message).toContain('limit')
  })

  test('turns an unexpected failure into a sentence that leaks nothing', async () => {
    const client = await clientOf(
      serverWith({
        'connection.retry': async () => {
          throw new Error('select secret from somewhere')
        },
      }),
    )
    const error = await failure(client.call('connection.retry', {}))
    expect(error.kind).toBe('failed')
    expect(error.message).not.toContain('secret')
    expect(error.next).not.toBeNull()
  })

  test('lets an RpcError of a handler through as it is', async () => {
    const body = { kind: 'forbidden', message: 'Not for you.', next: 'Ask.' } as const
    const client = await clientOf(
      serverWith({
        'connection.retry': async () => {
          throw new RpcError(body)
        },
      }),
    )
    expect((await failure(client.call('connection.retry', {}))).toBody()).toEqual(body)
  })

  test('refuses an answer that breaks the contract', async () => {
    const client = await clientOf(
      serverWith({
        // A backend of another build could answer this; the types forbid it here.
        'leads.get': async () => JSON.parse('{"lead":{}}'),
      }),
    )
    expect((await failure(client.call('leads.get', { leadKey: 'v:1' }))).kind).toBe('bad_payload')
  })

  test('pushes topics to whoever listens until they stop', async () => {
    const server = serverWith({})
    const client = await clientOf(server)
    await client.ready
    const seen: TopicPayload<'changed'>[] = []
    let heard: () => void = () => {}
    const next = () =>
      new Promise<void>((resolve) => {
        heard = resolve
      })
    const stop = client.on('changed', (payload) => {
      seen.push(payload)
      heard()
    })
    const first = next()
    server.publish('changed', { areas: ['leads'] })
    await first
    stop()
    const marker = new Promise<void>((resolve) => client.on('changed', () => resolve()))
    server.publish('changed', { areas: ['stream'] })
    await marker
    expect(seen).toEqual([{ areas: ['leads'] }])
  })

  test('refuses a wrong token, and answers nothing before the hello', async () => {
    let called = false
    const server = serverWith({
      'connection.retry': async () => {
        called = true
        return {}
      },
    })
    const client = await clientOf(server, 'wrong')
    const call = failure(client.call('connection.retry', {}))
    expect((await failure(client.ready)).kind).toBe('forbidden')
    expect((await call).kind).toBe('forbidden')
    expect(called).toBe(false)
  })

  test('fails waiting calls as disconnected when the other side goes', async () => {
    const server = serverWith({ 'connection.retry': () => new Promise(() => {}) })
    const client = await clientOf(server)
    await client.ready
    const call = failure(client.call('connection.retry', {}))
    server.close()
    expect((await call).kind).toBe('disconnected')
    expect((await failure(client.call('connection.retry', {}))).kind).toBe('disconnected')
  })
})

describe('the server against a stranger', () => {
  const exchange = async (messages: string[]): Promise<unknown> => {
    const server = serverWith({})
    const listener = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    listener.on('connection', (socket) => server.serve(webSocketChannel(socket)))
    await once(listener, 'listening')
    const address = listener.address()
    if (address === null || typeof address === 'string') throw new Error('no address')
    const socket = new WebSocket(`ws://127.0.0.1:${address.port}`)
    cleanups.push(() => new Promise((resolve) => listener.close(() => resolve())))
    let last: unknown = null
    socket.on('message', (data) => {
      last = JSON.parse(String(data))
    })
    await once(socket, 'open')
    for (const message of messages) socket.send(message)
    await once(socket, 'close')
    return last
  }

  test('closes on what is not JSON', async () => {
    expect(await exchange(['{'])).toMatchObject({ t: 'refused', error: { kind: 'bad_payload' } })
  })

  test('closes on a request before the hello', async () => {
    const request = { t: 'request', id: 1, method: 'overview.get', input: {} }
    expect(await exchange([JSON.stringify(request)])).toMatchObject({
      t: 'refused',
      error: { kind: 'forbidden' },
    })
  })

  test('closes on another version of the contract', async () => {
    const hello = { t: 'hello', version: RPC_VERSION + 1, token: TOKEN }
    expect(await exchange([JSON.stringify(hello)])).toMatchObject({
      t: 'refused',
      error: { kind: 'version_mismatch' },
    })
  })
})

test('a method that does not exist is a typed error', async () => {
  const server = serverWith({})
  const { port1, port2 } = new MessageChannel()
  cleanups.push(() => port2.close())
  server.serve(messagePortChannel(port1))
  const answers: unknown[] = []
  const channel = messagePortChannel(port2)
  const done = new Promise<void>((resolve) =>
    channel.onMessage((message) => {
      answers.push(message)
      if (answers.length === 3) resolve()
    }),
  )
  channel.send({ t: 'hello', version: RPC_VERSION, token: TOKEN })
  channel.send({ t: 'request', id: 1, method: 'nope', input: {} })
  // A name that every object has must not be found either.
  channel.send({ t: 'request', id: 2, method: 'constructor', input: {} })
  await done
  expect(answers).toMatchObject([
    { t: 'hello', version: RPC_VERSION },
    { t: 'error', id: 1, error: { kind: 'unknown_method' } },
    { t: 'error', id: 2, error: { kind: 'unknown_method' } },
  ])
})
