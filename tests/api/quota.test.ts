import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { waitFor } from '#tests/platform/edge-client.ts'
import { startTestPlatform, type TestPlatform, WRITE_KEY } from '#tests/platform/faulty-platform.ts'

const PAGE = '<p data-slot="hero">As its author wrote it</p>'

let origin: Server
let platform: TestPlatform

beforeAll(async () => {
  origin = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  const address = origin.address()
  const port = typeof address === 'object' ? address?.port : 0
  platform = await startTestPlatform({ siteOrigin: `http://127.0.0.1:${port}` })
  await platform.inControl(
    'INSERT INTO workspace_quotas (workspace_id, decisions_per_minute) VALUES (?, ?)',
    ['demo', 5],
  )
})

afterAll(async () => {
  await platform.stop()
  origin.close()
})

async function post(path: string, body: object): Promise<Response> {
  return fetch(`${platform.edge.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ writeKey: WRITE_KEY, ...body }),
  })
}

const decide = async () => {
  const minted = z.object({ token: z.string() }).parse(await (await post('/v1/visitor', {})).json())
  return post('/v1/decide', { token: minted.token, slots: ['hero'] })
}

test('above the quota a decision is refused with the time to come again, and pages are served as they are', async () => {
  const statuses: number[] = []
  let refused: Response | null = null
  // A minute may end in the middle; the one after it ends the same way.
  await waitFor(
    async () => {
      const answer = await decide()
      statuses.push(answer.status)
      if (answer.status === 429) refused = answer
      else await answer.arrayBuffer()
      return refused !== null
    },
    60_000,
    () => `a refusal; seen: ${statuses.join(' ')}`,
  )
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0)
  expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(10)
  expect(new Set(statuses)).toEqual(new Set([200, 429]))
  const answer = z.instanceof(Response).parse(refused)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60)
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  expect(await answer.json()).toMatchObject({ code: 'quota_exceeded' })

  const page = await fetch(`${platform.edge.siteUrl}/`, { headers: { accept: 'text/html' } })
  expect([page.status, await page.text()]).toEqual([200, PAGE])
})
