import { afterEach, beforeEach, vi } from 'vitest'
import type { RpcClient } from '#rpc/client.ts'
import {
  type ConsoleProcess,
  type ConsoleStart,
  makeConsoleFolder,
  startConsole,
} from './console-process.ts'
import { type FixtureEdge, startFixtureEdge } from './fixture-edge.ts'
import { until } from './until.ts'

export type ConsoleUnderTest = {
  readonly folder: ReturnType<typeof makeConsoleFolder>
  readonly edge: FixtureEdge
  start(partial?: Partial<ConsoleStart>): Promise<ConsoleProcess>
  /** The edge, once closed, comes back on its port with what it had. */
  reopenEdge(): Promise<void>
}

/** Before each test of a file a folder and an edge; after it, whatever was started is ended. */
export const consoleUnderTest = (): ConsoleUnderTest => {
  // Each test starts processes that open a Postgres, on machines that do other things too.
  vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })
  let folder: ReturnType<typeof makeConsoleFolder>
  let edge: FixtureEdge
  const running: ConsoleProcess[] = []
  beforeEach(async () => {
    folder = makeConsoleFolder()
    edge = await startFixtureEdge()
  })
  afterEach(async () => {
    for (const console of running.splice(0)) {
      if (console.child.exitCode === null && console.child.signalCode === null) {
        await console.end('SIGKILL')
      }
    }
    await edge.close()
    folder.remove()
  })
  return {
    get folder() {
      return folder
    },
    get edge() {
      return edge
    },
    start: async (partial = {}) => {
      const console = await startConsole({ ...folder, edgeUrl: edge.url, ...partial })
      running.push(console)
      return console
    },
    reopenEdge: async () => {
      edge = await startFixtureEdge({ store: edge.store, port: Number(new URL(edge.url).port) })
    },
  }
}

export const stateOf = (client: RpcClient) => client.call('connection.get', {})

export const reaches = (client: RpcClient, name: string) =>
  until(name, async () => {
    const state = await stateOf(client)
    return state.name === name && state
  })

export const streamOf = async (client: RpcClient) => {
  const items = []
  let before: string | null = null
  do {
    const page: Awaited<ReturnType<typeof client.call<'stream.list'>>> = await client.call(
      'stream.list',
      { filter: {}, limit: 500, before },
    )
    items.push(...page.items)
    before = page.next
  } while (before !== null)
  return items
}
