import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decide } from '#shared/targeting/decide.ts'
import { UNSEEN_VISITOR } from '#shared/targeting/facts.ts'
import { DEMO_CAMPAIGN, DEMO_SLOTS } from './demo-slots.ts'
import { startSite } from './server.ts'
import { SITE_PATHS } from './site-pages.ts'

const WRITE_KEY = 'ewk_demo_"><script>'

let site: Awaited<ReturnType<typeof startSite>>
beforeAll(async () => {
  site = await startSite({ port: 0, writeKey: WRITE_KEY })
})
afterAll(() => site.stop())

const get = async (path: string) => {
  const response = await fetch(site.url + path, { redirect: 'manual' })
  return { response, text: await response.text() }
}

describe('the demo site', () => {
  test('says on every page that the company is invented, and loads the SDK from its own origin', async () => {
    for (const path of SITE_PATHS) {
      const { response, text } = await get(path)
      expect([path, response.status]).toEqual([path, 200])
      expect(text).toContain('Demo site of Edgewise. The company is invented.')
      expect(text).toContain('src="/e.js" data-write-key="ewk_demo_&quot;&gt;&lt;script&gt;"')
      expect(text.match(/<h1/g)).toHaveLength(1)
    }
  })

  test('links only to pages and files that exist', async () => {
    const links = new Set<string>()
    for (const path of SITE_PATHS) {
      const { text } = await get(path)
      for (const [, url] of text.matchAll(/(?:href|src|action)="([^"]+)"/g)) links.add(url ?? '')
    }
    links.delete('/e.js')
    const broken: string[] = []
    for (const link of links) {
      if (link.startsWith('#')) continue
      expect(link).toMatch(/^\//)
      if ((await get(link)).response.status !== 200) broken.push(link)
    }
    expect(broken).toEqual([])
    expect(links.size).toBeGreaterThan(20)
  })

  test('marks the places of its two slots', async () => {
    expect((await get('/')).text).toContain('data-ew-slot="hero"')
    expect((await get('/pricing')).text).toContain('data-ew-slot="cta_band"')
  })

  test('leads from a submitted form to its thanks', async () => {
    const response = await fetch(`${site.url}/demo`, {
      method: 'POST',
      body: new URLSearchParams({ email: 'ada@rivermill.example' }),
      redirect: 'manual',
    })
    expect([response.status, response.headers.get('location')]).toEqual([303, '/demo/thanks'])
  })

  test('answers 404 for what is not there, with a page', async () => {
    const { response, text } = await get('/constructor')
    expect(response.status).toBe(404)
    expect(text).toContain('There is no page here')
  })
})

describe('the demo slots', () => {
  const variantOf = (slot: string, facts: Partial<typeof UNSEEN_VISITOR>) =>
    decide({ version: 1, slots: DEMO_SLOTS }, { ...UNSEEN_VISITOR, ...facts }, [slot], 'v1')[slot]
      ?.variant

  test('leave a first visit alone, also one from the campaign', () => {
    expect(variantOf('hero', { campaign: DEMO_CAMPAIGN })).toBeNull()
    expect(variantOf('cta_band', {})).toBeNull()
  })

  test('greet those who come back from the campaign', () => {
    expect(variantOf('hero', { campaigns: [DEMO_CAMPAIGN], pageviews: 1 })).toBe('spring_return')
  })

  test('offer promising leads a person to talk to', () => {
    expect(variantOf('cta_band', { grade: 'B' })).toBe('talk_to_sales')
    expect(variantOf('cta_band', { grade: 'C', visits: 2 })).toBe('came_back')
  })
})
