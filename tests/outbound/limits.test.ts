import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BareWorker, startBareWorker } from '#tests/platform/bare-worker.ts'

const MAX_BYTES = 100_000
const MIB = 1024 * 1024

let server: Server
let origin: string
let worker: BareWorker
const requests: { path: string; headers: IncomingHttpHeaders }[] = []
let written = 0

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push({ path, headers: request.headers })
    switch (path) {
      case '/redirect':
        response.writeHead(302, { location: `${origin}/secret` }).end()
        break
      case '/silent':
        break
      case '/slow':
        response.writeHead(200)
        response.write('a')
        break
      case '/drip': {
        response.writeHead(200)
        const timer = setInterval(() => response.write('a'), 20)
        response.once('close', () => clearInterval(timer))
        break
      }
      case '/huge': {
        response.writeHead(200)
        const more = () => {
          while (response.writable && !response.destroyed && written < 500 * MIB) {
            written += 65_536
            if (!response.write(Buffer.alloc(65_536))) break
          }
        }
        response.on('drain', more)
        more()
        break
      }
      case '/bomb':
        response
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(10 * MIB)))
        break
      case '/full':
        response.end('x'.repeat(MAX_BYTES))
        break
      default:
        response.writeHead(200, { 'set-cookie': 'a=b' }).end('fine')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  worker = await startBareWorker('edge/outbound/fetch.fixture.ts', {
    OUTBOUND_ALLOWED_ORIGINS: origin,
  })
})

afterAll(async () => {
  await worker.stop()
  server.closeAllConnections()
  server.close()
})

async function ask(address: string, more: object = {}): Promise<unknown> {
  const body = JSON.stringify({ address, timeoutMs: 30_000, maxBytes: MAX_BYTES, ...more })
  return (await fetch(worker.url, { method: 'POST', body })).json()
}

test('what fits is answered, without cookies in either direction', async () => {
  const answer = await ask(`${origin}/fine`, { headers: { cookie: 'c=d', accept: 'text/x' } })
  expect(answer).toMatchObject({ kind: 'answered', status: 200, text: 'fine' })
  expect(JSON.stringify(answer)).not.toContain('a=b')
  expect(requests.at(-1)?.headers).toMatchObject({ accept: 'text/x', 'user-agent': 'Edgewise' })
  expect(requests.at(-1)?.headers.cookie).toBeUndefined()
  expect(await ask(`${origin}/full`)).toMatchObject({ kind: 'answered' })
})

test('a redirect ends there', async () => {
  expect(await ask(`${origin}/redirect`)).toMatchObject({ kind: 'failed', reason: 'redirected' })
  expect(requests.map(({ path }) => path)).not.toContain('/secret')
})

test.each(['/silent', '/slow', '/drip'])('%s is given up when the time is up', async (path) => {
  const answer = await ask(`${origin}${path}`, { timeoutMs: 300 })
  expect(answer).toEqual({ kind: 'failed', reason: 'timeout', isTemporary: true })
})

test.each(['/huge', '/bomb'])(
  '%s is given up at the limit, unpacked bytes counted',
  async (path) => {
    const answer = await ask(`${origin}${path}`)
    expect(answer).toEqual({ kind: 'failed', reason: 'too_large', isTemporary: false })
  },
)

test('of a huge answer little is read', () => {
  expect(written).toBeGreaterThan(MAX_BYTES)
  expect(written).toBeLessThan(50 * MIB)
})

test('any other port of this machine is refused without a connection', async () => {
  const before = requests.length
  const elsewhere = origin.replace('127.0.0.1', 'localhost')
  expect(await ask(`${elsewhere}/fine`)).toMatchObject({ kind: 'refused' })
  expect(await ask('https://[::1]/')).toMatchObject({ kind: 'refused' })
  expect(requests).toHaveLength(before)
})
