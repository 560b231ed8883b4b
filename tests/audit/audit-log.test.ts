import { afterAll, beforeAll, expect, test } from 'vitest'
import { reasonHeader } from '#shared/audit/reason.ts'
import { bodyOf } from '#shared/recommend/body.fixture.ts'
import { EdgeClient, waitFor } from '#tests/platform/edge-client.ts'
import {
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
} from '#tests/platform/faulty-platform.ts'
import { AuditApi } from './audit-api.ts'

const TAKEN_WITHIN_MS = 30_000
const LINK = 'claim|u|d:kiosk|u:ada'

let platform: TestPlatform
let workspace: TestWorkspace
let api: AuditApi

beforeAll(async () => {
  platform = await startTestPlatform()
  workspace = await platform.addWorkspace('recorded')
  api = new AuditApi(workspace.target)
  const client = new EdgeClient(workspace.target)
  await client.capture('identify', { anonymousId: 'kiosk', userId: 'ada' })
  await client.settled()
})

afterAll(() => platform.stop())

async function recorded(action: string) {
  let found: Awaited<ReturnType<AuditApi['list']>>['data'] = []
  await waitFor(
    async () => {
      found = (await api.list(`?action=${action}`)).data
      return found.length > 0
    },
    TAKEN_WITHIN_MS,
    () => `${action} to be on record`,
  )
  return found
}

const PREFIX = 'esk_recorded_t'
const actor = { kind: 'key', prefix: PREFIX }

test('a slot that was saved is on record with what it was and what it is', async () => {
  await api.saveSlot('hero', 'First')
  await api.saveSlot('hero', 'Second')
  await api.change('POST', 'slots/publish')
  const [second, first] = await recorded('slots.saved')
  expect(first).toMatchObject({ values: { before: null, after: { name: 'First' } } })
  expect(second).toMatchObject({
    sentence: 'A slot was saved.',
    actor,
    subject: { kind: 'slot', id: 'hero' },
    values: { before: { name: 'First' }, after: { name: 'Second' } },
  })
  expect(await recorded('slots.published')).toMatchObject([{ values: { after: { version: 1 } } }])
})

test('what scores and what recommends is on record, a refused change is not', async () => {
  await api.change('PUT', 'rollout/grades', {
    grades: { A: 0.5, B: 0.4, C: 0.3, D: 0.2 },
    reason: 'sales asked for fewer',
  })
  const [change] = await recorded('rollout.changed')
  expect(change).toMatchObject({
    actor,
    values: { reason: 'sales asked for fewer', after: { command: { kind: 'grade' } } },
  })
  const body = bodyOf(['/pricing', '/docs'], { version: 'v1' })
  await api.change('PUT', 'recommendations', body)
  await api.change('PUT', 'recommendations', body)
  expect(await recorded('recommendations.published')).toHaveLength(1)
  const { next: _, data } = await api.list()
  expect((await api.ask('POST', 'rollout/rollback', {})).status).toBeLessThan(500)
  expect((await api.ask('POST', 'models/nobody/stage', { stage: 'shadow' })).status).toBe(404)
  expect((await api.list()).data.length - data.length).toBeLessThan(2)
})

test('why something was changed is on record in the words of whoever did it, from any route', async () => {
  const why = 'Übersetzung für 東京, Ticket 42'
  const slot = { key: 'why', name: 'Why', status: 'published', variants: [], default: null }
  const saved = await api.ask('PUT', 'slots/why', slot, reasonHeader(why))
  expect(saved.status).toBe(200)
  const entries = (await recorded('slots.saved')).filter(({ subject }) => subject.id === 'why')
  expect(entries).toMatchObject([{ values: { reason: why, after: { name: 'Why' } } }])

  const tooLong = reasonHeader('x'.repeat(501))
  const refused = await api.ask('PUT', 'slots/why', { ...slot, name: 'Other' }, tooLong)
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { code: 'invalid', detail: 'The reason has more than 500 characters.' },
  ])
  expect(
    (await recorded('slots.saved')).filter(({ subject }) => subject.id === 'why'),
  ).toHaveLength(1)
})

test('an undone link names nobody in its entry, and its values go when the person is erased', async () => {
  await api.change('POST', 'identity/links/undo', {
    linkId: LINK,
    undone: true,
    reason: "ada's shared device",
  })
  const [undone] = await recorded('identity_links.undone')
  expect(undone).toMatchObject({
    subject: { kind: 'identity_link', id: expect.stringMatching(/^[0-9a-f]{32}$/) },
    values: { reason: "ada's shared device", after: { linkId: LINK, undone: true } },
  })
  await api.change('POST', 'erasures', { userId: 'ada' })
  const [erased] = await recorded('erasures.ordered')
  expect(erased).toMatchObject({ subject: { id: expect.stringMatching(/^[0-9a-f]{32}$/) } })
  expect(await recorded('identity_links.undone')).toMatchObject([{ values: null }])
  const { rows } = await workspace.store.execute(
    'SELECT * FROM audit_entries LEFT JOIN audit_values USING (seq)',
  )
  expect(JSON.stringify(rows)).not.toMatch(/\bada\b|kiosk/)
  expect(await api.verdict()).toMatchObject({ verdict: 'whole' })
})

test('a rebuild and an export are on record', async () => {
  await api.change('POST', 'projection/rebuild')
  expect(await recorded('projection.rebuilt')).toMatchObject([{ actor, values: null }])
  await api.export()
  expect(await recorded('audit.exported')).toHaveLength(1)
})

test('a list is paged from the newest to the oldest, whatever it is filtered by', async () => {
  const all: number[] = []
  for (let query = '?limit=2'; query !== ''; ) {
    const { data, next } = await api.list(query)
    all.push(...data.map(({ seq }) => seq))
    query = next ? `?limit=2&cursor=${next}` : ''
  }
  const { rows } = await workspace.store.execute(
    'SELECT seq, at FROM audit_entries ORDER BY at DESC, seq DESC',
  )
  expect(all).toEqual(rows.map(({ seq }) => seq))
  const at = Number(rows[2]?.at)
  const from = (await api.list(`?from=${at}`)).data
  const to = (await api.list(`?to=${at}`)).data
  expect(from.every((entry) => entry.at >= at)).toBe(true)
  expect([...from, ...to].map(({ seq }) => seq)).toEqual(all)
  expect((await api.list(`?actor=${PREFIX}&subject=hero`)).data).toHaveLength(2)
  expect((await api.ask('GET', 'audit?actions=slots.saved')).status).toBe(400)
  expect((await api.ask('GET', 'audit/verify?cursor=nonsense')).status).toBe(400)
})

test('the entries of a time are paged like all of them, whatever else they are filtered by', async () => {
  const { data: saved } = await api.list('?action=slots.saved')
  const [newest, oldest] = [saved[0]?.at ?? 0, saved.at(-1)?.at ?? 0]
  const time = `action=slots.saved&from=${oldest}&to=${newest + 1}`
  const paged: typeof saved = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await api.list(`?limit=1&${time}${cursor && `&cursor=${cursor}`}`)
    expect(page.data).toHaveLength(1)
    paged.push(...page.data)
    cursor = page.next
  }
  expect(paged).toEqual(saved)
  expect((await api.list(`?action=slots.saved&from=${newest + 1}`)).data).toEqual([])
  expect((await api.list(`?from=${newest}&to=${newest}`)).data).toEqual([])
})

test.each([
  ['from=2&to=1', 'from: Give a time that is not later than to.', 'from'],
  ['from=-1', 'from must be at least 0.', 'from'],
  ['to=8640000000000001', 'to must be at most 8640000000000000.', 'to'],
  ['to=yesterday', 'to must be a number.', 'to'],
])(
  'a time that cannot be is refused by name, in a list and an export: %s',
  async (query, detail, field) => {
    const { data: before } = await api.list('?action=audit.exported')
    for (const answer of [
      await api.ask('GET', `audit?${query}`),
      await api.ask('POST', `audit/export?${query}`),
    ]) {
      expect(await answer.json()).toMatchObject({
        status: 400,
        detail,
        next: `Correct ${field} and send again.`,
      })
    }
    expect((await api.list('?action=audit.exported')).data).toEqual(before)
  },
)

test('another workspace sees nothing of it', async () => {
  const other = new AuditApi((await platform.addWorkspace('stranger')).target)
  expect(await other.list()).toEqual({ data: [], next: null })
  expect(await other.verdict()).toMatchObject({ sentence: 'Nothing is on record yet.' })
})
