import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createClient } from '@libsql/client/web'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { databaseUrl } from './server.ts'

const TOKEN = 'durability-test-token'
const readyLine = z.object({ url: z.url() })

let dir: string
const running = new Set<ChildProcess>()

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'libsql-durability-'))
})

afterEach(async () => {
  for (const child of running) await end(child, 'SIGKILL')
  await rm(dir, { recursive: true })
})

async function startProcess(): Promise<{ child: ChildProcess; url: string }> {
  const main = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, [main, '--dir', dir, '--port', '0'], {
    env: { ...process.env, LIBSQL_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(child)
  if (!child.stdout) throw new Error('no output to read')
  for await (const line of createInterface(child.stdout)) {
    return { child, url: readyLine.parse(JSON.parse(line)).url }
  }
  throw new Error('the server ended before it was ready')
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  running.delete(child)
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  return child.exitCode
}

const connect = (url: string) =>
  createClient({ url: databaseUrl(url, 'durable'), authToken: TOKEN })

test('what was acknowledged survives SIGKILL, whole batches only', {
  timeout: 60_000,
}, async () => {
  let acknowledged = 0
  let next = 0
  for (let round = 0; round < 4; round += 1) {
    const { child, url } = await startProcess()
    const client = connect(url)
    await client.execute('CREATE TABLE IF NOT EXISTS t (batch, row)')
    const open = await client.transaction('write')
    await open.execute('INSERT INTO t VALUES (-1, -1)')
    await open.execute('SELECT 1')
    open.close()
    const goal = acknowledged + 25
    const writing = (async () => {
      for (;;) {
        const batch = next
        next += 1
        const rows = [0, 1, 2].map((row) => ({
          sql: 'INSERT INTO t VALUES (?, ?)',
          args: [batch, row],
        }))
        await client.batch(rows, 'write')
        acknowledged += 1
        if (acknowledged === goal) child.kill('SIGKILL')
      }
    })()
    await expect(writing).rejects.toThrow()
    await end(child, 'SIGKILL')
    client.close()
  }
  const { child, url } = await startProcess()
  const client = connect(url)
  const rs = await client.execute('SELECT batch, count(*) AS n FROM t GROUP BY batch')
  expect(rs.rows.every((row) => row.n === 3 && Number(row.batch) >= 0)).toBe(true)
  expect(rs.rows.length).toBeGreaterThanOrEqual(acknowledged)
  expect(rs.rows.length).toBeLessThanOrEqual(next)
  expect((await client.execute('PRAGMA integrity_check')).rows).toEqual([{ integrity_check: 'ok' }])
  client.close()
  await end(child, 'SIGTERM')
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends the process cleanly', async (signal) => {
  const { child, url } = await startProcess()
  const client = connect(url)
  await client.execute('CREATE TABLE t (a)')
  expect(await end(child, signal)).toBe(0)
  client.close()
})

test('the token comes from the environment, and a wrong one is refused', async () => {
  const { child, url } = await startProcess()
  const stranger = createClient({ url: databaseUrl(url, 'durable'), authToken: 'wrong' })
  await expect(stranger.execute('SELECT 1')).rejects.toMatchObject({ code: 'AUTH_JWT_INVALID' })
  stranger.close()
  await end(child, 'SIGTERM')
})
