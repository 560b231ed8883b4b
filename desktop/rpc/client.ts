import type { Channel } from './channel.ts'
import {
  METHODS,
  type MethodInput,
  type MethodName,
  type MethodOutput,
  RPC_VERSION,
  TOPICS,
  type TopicName,
  type TopicPayload,
} from './contract.ts'
import { type ClientMessage, ServerMessage } from './messages.ts'
import { RpcError } from './rpc-error.ts'

const REQUEST_TIMEOUT_MS = 30_000

export type RpcClient = {
  /** Resolves once the backend accepted the hello; rejects with an RpcError when it refused. */
  readonly ready: Promise<void>
  /** Calls a method; input and output are checked against the contract. Rejects with RpcError. */
  call<M extends MethodName>(method: M, input: MethodInput<M>): Promise<MethodOutput<M>>
  /** Listens to a topic; the answer stops listening. */
  on<T extends TopicName>(topic: T, listener: (payload: TopicPayload<T>) => void): () => void
  /** Called once when the connection ended. */
  onClose(listener: () => void): void
  close(): void
}

type Pending = {
  method: MethodName
  settle: (message: { output: unknown } | { error: RpcError }) => void
}

const disconnected = (): RpcError =>
  new RpcError({
    kind: 'disconnected',
    message: 'The connection to the console’s back end ended.',
    next: 'It is opened again by itself; check that the console is still running.',
  })

/**
 * The renderer's end of the contract over any channel.
 *
 * @param token what the WebSocket server wants to see first; null over a MessagePort, which only our
 *   own window can hold.
 */
export const createRpcClient = (channel: Channel, token: string | null): RpcClient => {
  const pending = new Map<number, Pending>()
  const topicListeners = new Map<string, Set<(payload: unknown) => void>>()
  const closeListeners = new Set<() => void>()
  let lastId = 0
  let closed = false
  let accept: () => void = () => {}
  let refuse: (error: RpcError) => void = () => {}
  const ready = new Promise<void>((resolve, reject) => {
    accept = resolve
    refuse = reject
  })
  // A caller that only uses `call` must not crash on the refusal of `ready`.
  ready.catch(() => {})

  const end = (error: RpcError): void => {
    if (closed) return
    closed = true
    refuse(error)
    for (const { settle } of pending.values()) settle({ error })
    pending.clear()
    for (const listener of closeListeners) listener()
  }

  const settle = (id: number, result: { output: unknown } | { error: RpcError }): void => {
    const waiting = pending.get(id)
    pending.delete(id)
    waiting?.settle(result)
  }

  const onEvent = (topic: string, payload: unknown): void => {
    if (!isTopic(topic)) return
    const parsed = TOPICS[topic].safeParse(payload)
    if (!parsed.success) return
    for (const listener of topicListeners.get(topic) ?? []) listener(parsed.data)
  }

  channel.onMessage((raw) => {
    const parsed = ServerMessage.safeParse(raw)
    if (!parsed.success) return
    const message = parsed.data
    switch (message.t) {
      case 'hello':
        return accept()
      case 'refused':
        end(new RpcError(message.error))
        return channel.close()
      case 'response':
        return settle(message.id, { output: message.output })
      case 'error':
        return settle(message.id, { error: new RpcError(message.error) })
      case 'event':
        return onEvent(message.topic, message.payload)
    }
  })
  channel.onClose(() => end(disconnected()))
  const send = (message: ClientMessage): void => channel.send(message)
  send({ t: 'hello', version: RPC_VERSION, token })

  return {
    ready,
    call(method, input) {
      return new Promise((resolve, reject) => {
        if (closed) return reject(disconnected())
        lastId += 1
        const id = lastId
        const timer = setTimeout(
          () =>
            settle(id, {
              error: new RpcError({
                kind: 'timeout',
                message: 'The console’s back end did not answer in time.',
                next: 'Try again; if it stays silent, restart the console.',
              }),
            }),
          REQUEST_TIMEOUT_MS,
        )
        pending.set(id, {
          method,
          settle: (result) => {
            clearTimeout(timer)
            if ('error' in result) return reject(result.error)
            const output = METHODS[method].output.safeParse(result.output)
            if (output.success) return resolve(output.data as MethodOutput<typeof method>)
            reject(
              new RpcError({
                kind: 'bad_payload',
                message: `The answer to ${method} is not what this page expects.`,
                next: 'Reload the page: the console may have been updated.',
              }),
            )
          },
        })
        send({ t: 'request', id, method, input })
      })
    },
    on(topic, listener) {
      const listeners = topicListeners.get(topic) ?? new Set()
      const typed = (payload: unknown): void => listener(payload as TopicPayload<typeof topic>)
      topicListeners.set(topic, listeners.add(typed))
      return () => {
        listeners.delete(typed)
      }
    },
    onClose(listener) {
      if (closed) listener()
      else closeListeners.add(listener)
    },
    close() {
      channel.close()
      end(disconnected())
    },
  }
}

const isTopic = (topic: string): topic is TopicName => Object.hasOwn(TOPICS, topic)
