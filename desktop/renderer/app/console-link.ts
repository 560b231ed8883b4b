import type { Channel } from '#rpc/channel.ts'
import { createRpcClient, type RpcClient } from '#rpc/client.ts'
import type {
  MethodInput,
  MethodName,
  MethodOutput,
  TopicName,
  TopicPayload,
} from '#rpc/contract.ts'
import { RpcError, type RpcErrorBody } from '#rpc/rpc-error.ts'

/** How this page stands to the back end on the same computer. */
export type LinkState =
  | { name: 'opening' }
  | { name: 'open' }
  | { name: 'lost'; attempt: number }
  /** It will not let us in; only a person can change that. */
  | { name: 'refused'; error: RpcErrorBody }

/** The contract with the back end over whatever connection there is at the moment. */
export type ConsoleLink = {
  state(): LinkState
  onState(listener: (state: LinkState) => void): void
  /** Rejects with an RpcError; `disconnected` while there is no connection. */
  call<M extends MethodName>(method: M, input: MethodInput<M>): Promise<MethodOutput<M>>
  /** Stays over reconnections. */
  on<T extends TopicName>(topic: T, listener: (payload: TopicPayload<T>) => void): void
}

const FIRST_RETRY_MS = 400
const LONGEST_RETRY_MS = 5000

/**
 * Opens the connection and opens it again whenever it ends.
 *
 * @param open makes a new channel and says the token to show on it
 */
export const createConsoleLink = (
  open: () => Promise<{ channel: Channel; token: string | null }>,
): ConsoleLink => {
  let client: RpcClient | null = null
  let state: LinkState = { name: 'opening' }
  const stateListeners = new Set<(state: LinkState) => void>()
  const subscriptions: ((client: RpcClient) => void)[] = []

  const become = (next: LinkState): void => {
    state = next
    for (const listener of stateListeners) listener(next)
  }

  const retry = (): void => {
    client = null
    const attempt = state.name === 'lost' ? state.attempt + 1 : 1
    become({ name: 'lost', attempt })
    setTimeout(connect, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10)))
  }

  const connect = async (): Promise<void> => {
    try {
      const { channel, token } = await open()
      const opened = createRpcClient(channel, token)
      await opened.ready
      client = opened
      for (const subscribe of subscriptions) subscribe(opened)
      opened.onClose(retry)
      become({ name: 'open' })
    } catch (error) {
      if (error instanceof RpcError && error.kind !== 'disconnected') {
        become({ name: 'refused', error: error.toBody() })
      } else {
        retry()
      }
    }
  }
  void connect()

  return {
    state: () => state,
    onState: (listener) => {
      stateListeners.add(listener)
    },
    call(method, input) {
      if (client !== null) return client.call(method, input)
      return Promise.reject(
        new RpcError({
          kind: 'disconnected',
          message: 'The console’s back end is not running.',
          next: 'Start the console again; this page comes back by itself.',
        }),
      )
    },
    on(topic, listener) {
      const subscribe = (to: RpcClient): void => {
        to.on(topic, listener)
      }
      subscriptions.push(subscribe)
      if (client !== null) subscribe(client)
    },
  }
}
