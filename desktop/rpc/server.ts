import type { Channel } from './channel.ts'
import {
  METHODS,
  type MethodName,
  type MethodOutput,
  type ParsedInput,
  RPC_VERSION,
  type TopicName,
  type TopicPayload,
} from './contract.ts'
import { ClientMessage, type ServerMessage } from './messages.ts'
import { RpcError, type RpcErrorBody } from './rpc-error.ts'

/** One function per method of the contract; inputs arrive parsed. */
export type RpcHandlers = {
  [M in MethodName]: (input: ParsedInput<M>) => Promise<MethodOutput<M>>
}

export type RpcServer = {
  /** Serves one connection until it ends. */
  serve(channel: Channel): void
  /** Pushes to every connection whose hello was accepted. */
  publish<T extends TopicName>(topic: T, payload: TopicPayload<T>): void
  /** Ends every connection. */
  close(): void
}

export type RpcServerOptions = {
  handlers: RpcHandlers
  /** Decides on the token of the hello message. */
  acceptToken: (token: string | null) => boolean
  /** Hears of failures that are answered as `failed`, for the log. */
  onFailure?: (method: string, error: unknown) => void
}

/** The backend's end of the contract over any number of channels. */
export const createRpcServer = (options: RpcServerOptions): RpcServer => {
  const accepted = new Set<Channel>()
  const all = new Set<Channel>()
  const send = (channel: Channel, message: ServerMessage): void => channel.send(message)

  const onRequest = async (channel: Channel, id: number, method: string, input: unknown) => {
    try {
      send(channel, { t: 'response', id, output: await answer(options.handlers, method, input) })
    } catch (error) {
      if (!(error instanceof RpcError)) options.onFailure?.(method, error)
      send(channel, { t: 'error', id, error: errorBody(error) })
    }
  }

  return {
    serve(channel) {
      all.add(channel)
      channel.onClose(() => {
        all.delete(channel)
        accepted.delete(channel)
      })
      const refuse = (error: RpcErrorBody): void => {
        send(channel, { t: 'refused', error })
        channel.close()
      }
      channel.onMessage((raw) => {
        const parsed = ClientMessage.safeParse(raw)
        if (!parsed.success) return refuse(NOT_OURS)
        const message = parsed.data
        if (message.t === 'hello') {
          if (!options.acceptToken(message.token)) return refuse(WRONG_TOKEN)
          if (message.version !== RPC_VERSION) return refuse(OTHER_VERSION)
          accepted.add(channel)
          return send(channel, { t: 'hello', version: RPC_VERSION })
        }
        if (!accepted.has(channel)) return refuse(WRONG_TOKEN)
        void onRequest(channel, message.id, message.method, message.input)
      })
    },
    publish(topic, payload) {
      for (const channel of accepted) send(channel, { t: 'event', topic, payload })
    },
    close() {
      for (const channel of all) channel.close()
    },
  }
}

const answer = async (handlers: RpcHandlers, method: string, input: unknown): Promise<unknown> => {
  if (!isMethod(method)) {
    throw new RpcError({
      kind: 'unknown_method',
      message: `There is no method “${method.slice(0, 100)}”.`,
      next: 'Reload the page: the console may have been updated.',
    })
  }
  return call(handlers, method, input)
}

const call = async <M extends MethodName>(
  handlers: RpcHandlers,
  method: M,
  input: unknown,
): Promise<MethodOutput<M>> => {
  const parsed = METHODS[method].input.safeParse(input)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue?.path.join('.') || 'the input'
    throw new RpcError({
      kind: 'bad_payload',
      message: `${method} was called with a wrong ${where}: ${issue?.message ?? 'not accepted'}.`,
      next: null,
    })
  }
  return handlers[method](parsed.data as ParsedInput<M>)
}

const isMethod = (method: string): method is MethodName => Object.hasOwn(METHODS, method)

const errorBody = (error: unknown): RpcErrorBody =>
  error instanceof RpcError
    ? error.toBody()
    : {
        kind: 'failed',
        message: 'The console could not read its data on this computer.',
        next: 'Try again; if it happens again, restart the console.',
      }

const NOT_OURS: RpcErrorBody = {
  kind: 'bad_payload',
  message: 'The first message was not a hello of this contract.',
  next: null,
}

const WRONG_TOKEN: RpcErrorBody = {
  kind: 'forbidden',
  message: 'This page has no access to the console.',
  next: 'Open the console by the link it printed when it started.',
}

const OTHER_VERSION: RpcErrorBody = {
  kind: 'version_mismatch',
  message: 'The console was updated while this page was open.',
  next: 'Reload the page.',
}
