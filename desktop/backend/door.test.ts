import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { consoleUnderTest } from './testing/console-under-test.ts'

const under = consoleUnderTest()

describe('the door on 127.0.0.1', () => {
  const get = (port: number, path: string, headers: Record<string, string>) =>
    new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers }, (response) => {
        response.resume()
        resolve({ status: response.statusCode ?? 0, headers: response.headers })
      })
        .on('error', reject)
        .end()
    })

  const upgrade = (port: number, headers: { origin?: string; host?: string }) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers })
      socket.on('open', () => {
        socket.terminate()
        resolve('open')
      })
      socket.on('error', (error) => resolve(error.message))
    })

  test('opens to its own page only', async () => {
    const { port, connect, token } = await under.start()
    const origin = `http://127.0.0.1:${port}`
    const page = await get(port, '/', { host: `127.0.0.1:${port}` })
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect((await get(port, '/', { host: 'rebound.example' })).status).toBe(421)
    expect((await get(port, '/../../package.json', { host: `127.0.0.1:${port}` })).status).toBe(404)

    expect(await upgrade(port, { origin })).toBe('open')
    expect(await upgrade(port, { origin: 'https://elsewhere.example' })).toContain('403')
    expect(await upgrade(port, {})).toContain('403')
    expect(await upgrade(port, { origin, host: 'rebound.example' })).toContain('403')

    expect(token).toMatch(/^[\w-]{43}$/)
    await connect().ready
  })

  test('keeps its token over a restart, so that an open tab comes back', async () => {
    const first = await under.start()
    await first.end('SIGTERM')
    expect((await under.start()).token).toBe(first.token)
  })
})
