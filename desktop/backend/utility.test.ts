import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { RPC_VERSION } from '#rpc/contract.ts'
import { makeConsoleFolder } from './testing/console-process.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/**
 * Electron's side of a utility process, as its documentation describes it: `process.parentPort` with
 * messages that carry ports. It starts the back end, connects one page, asks one question, and stops.
 */
const SHELL = `
  import { EventEmitter, once } from 'node:events'
  import { MessageChannel } from 'node:worker_threads'
  const [utility, dataDir] = process.argv.slice(1)
  const shell = new EventEmitter()
  const parentPort = Object.assign(new EventEmitter(), {
    postMessage: (message) => shell.emit('heard', message),
    start() {},
    close() {},
  })
  process.parentPort = parentPort
  await import(utility)
  const say = (data, ports = []) => parentPort.emit('message', { data, ports })
  const { port1, port2 } = new MessageChannel()
  const page = []
  const answered = new Promise((resolve) =>
    port2.on('message', (message) => page.push(message) === 2 && resolve()))
  const started = once(shell, 'heard')
  say({ t: 'start', dataDir, edgeUrl: 'http://127.0.0.1:9', secretKey: 'key', session: null })
  say({ t: 'connect' }, [{
    postMessage: (message) => port1.postMessage(message),
    on: (event, listener) =>
      port1.on(event, (data) => listener(event === 'message' ? { data, ports: [] } : undefined)),
    start: () => port1.start(),
    close: () => port1.close(),
  }])
  port2.postMessage({ t: 'hello', version: ${RPC_VERSION}, token: null })
  port2.postMessage({ t: 'request', id: 1, method: 'leads.list',
    input: { filter: {}, sort: 'points', limit: 5, before: null } })
  const [first] = await started
  if (first.t === 'ready') await answered
  const stopped = once(shell, 'heard')
  say({ t: 'stop' })
  const [last] = await stopped
  console.log(JSON.stringify({ first, page, last }))
  process.exit(0)
`

const runShell = async (dataDir: string): Promise<unknown> => {
  const utility = new URL('./utility.ts', import.meta.url).href
  const child = spawn(process.execPath, ['--input-type=module', '-e', SHELL, utility, dataDir])
  let output = ''
  child.stdout.on('data', (data) => {
    output += String(data)
  })
  await once(child, 'close')
  return JSON.parse(output)
}

test('the utility process serves a window over its port and stops cleanly', async () => {
  const folder = makeConsoleFolder()
  try {
    const whole = {
      first: { t: 'ready' },
      page: [
        { t: 'hello', version: RPC_VERSION },
        { t: 'response', id: 1, output: { items: [], next: null, total: 0 } },
      ],
      last: { t: 'stopped' },
    }
    expect(await runShell(folder.dataDir)).toEqual(whole)
    // The folder is free again.
    expect(await runShell(folder.dataDir)).toEqual(whole)
  } finally {
    folder.remove()
  }
})
