import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSite } from '#dev/site/server.ts'
import { waitFor } from '#tests/platform/edge-client.ts'
import { startTestPlatform, type TestPlatform, WRITE_KEY } from '#tests/platform/faulty-platform.ts'

const AS_WRITTEN = 'data-ew-field="headline"'

let origin: Awaited<ReturnType<typeof startSite>>
let platform: TestPlatform

beforeAll(async () => {
  origin = await startSite({ port: 0, writeKey: WRITE_KEY })
  platform = await startTestPlatform({ siteOrigin: origin.url })
})

afterAll(async () => {
  await platform.stop()
  await origin.stop()
})

const page = (path = '/') =>
  fetch(`${platform.edge.siteUrl}${path}`, { headers: { accept: 'text/html' } })

test('an edge that starts while the store is away serves a site as it is written', async () => {
  const before = await page()
  const written = await before.text()
  expect([before.status, written.includes(AS_WRITTEN)]).toEqual([200, true])
  const { host } = new URL(platform.edge.siteUrl ?? '')
  await waitFor(
    async () => (await platform.edge.kvKeys()).includes(`site:${host}`),
    10_000,
    () => 'the copy of the site to be in KV',
  )

  await platform.stopStore()
  await platform.restartEdge()
  const during = await page()
  expect([during.status, await during.text()]).toEqual([200, written])
  expect(during.headers.get('set-cookie')).toMatch(/^ew_vid=/)
  expect((await page('/site.css')).status).toBe(200)
  // A host without a copy may be a site or not: nobody says.
  expect((await fetch(`${platform.edge.url}/healthz`)).status).toBe(503)

  await platform.startStore()
  await waitFor(
    async () => (await fetch(`${platform.edge.url}/healthz`)).status === 200,
    10_000,
    () => 'the edge to notice that the store is back',
  )
  expect((await page()).status).toBe(200)
})
