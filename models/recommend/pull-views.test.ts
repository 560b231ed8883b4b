import { expect, test } from 'vitest'
import type { ContentViewsPage } from '#shared/recommend/content-views.ts'
import { pullViews } from './pull-views.ts'

const ACCESS = { url: 'https://edge.example', secretKey: 'esk_demo_x' }

const PAGES: Record<string, ContentViewsPage> = {
  '': {
    workspace: 'demo',
    data: [
      { visitorId: 'laptop', personId: 'jo', path: '/a', views: 2, lastViewedAt: 5 },
      { visitorId: 'p', personId: null, path: '/a', views: 1, lastViewedAt: 6 },
    ],
    titles: [{ path: '/a', title: 'New name', at: 6 }],
    visitors: 2,
    next: 'more',
  },
  more: {
    workspace: 'demo',
    data: [{ visitorId: 'phone', personId: 'jo', path: '/a', views: 1, lastViewedAt: 9 }],
    titles: [{ path: '/a', title: 'Old name', at: 3 }],
    visitors: 1,
    next: null,
  },
}

const asking = (pages = PAGES) => ({
  wait: async () => {},
  fetch: (async (url: string | URL | Request) => {
    const cursor = new URL(String(url)).searchParams.get('cursor') ?? ''
    return Response.json(pages[cursor])
  }) as typeof fetch,
})

test('a person’s devices are one reader, wherever the pages end, and a page has its latest title', async () => {
  const seen: number[] = []
  const pulled = await pullViews(asking(), ACCESS, 'demo', (visitors) => seen.push(visitors))
  expect(pulled.views).toEqual([
    { reader: 'person jo', path: '/a', views: 3, at: 9 },
    { reader: 'visitor p', path: '/a', views: 1, at: 6 },
  ])
  expect([...pulled.titles]).toEqual([['/a', 'New name']])
  expect(seen).toEqual([2, 3])
})

test('a key of another workspace, or an answer of something else, stops it with what to do', async () => {
  const ask = (pages: Record<string, ContentViewsPage>, workspace: string) =>
    pullViews(asking(pages), ACCESS, workspace, () => {})
  await expect(ask(PAGES, 'acme')).rejects.toMatchObject({ kind: 'other_workspace' })
  const other = JSON.parse('{"": {"data": 1}}')
  await expect(ask(other, 'demo')).rejects.toMatchObject({ kind: 'not_understood' })
})
