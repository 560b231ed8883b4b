import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault, Faults } from '#dev/libsql/faults.ts'
import { requestedSql } from '#dev/libsql/faults.ts'
import { auditOutboxStatement } from '#edge/audit/outbox.ts'
import { type NotedChange, notedChange } from '#shared/audit/entry.ts'
import { waitFor } from '#tests/platform/edge-client.ts'
import {
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
} from '#tests/platform/faulty-platform.ts'
import { AuditApi } from './audit-api.ts'

type Rule = (database: string, statements: readonly string[]) => Fault | null

const ENTRIES = 120
const EMPTY_WITHIN_MS = 60_000

let platform: TestPlatform
let rule: Rule | null = null
let hits = 0

beforeAll(async () => {
  const faults: Faults = {
    onRequest(database, requests) {
      const fault = rule?.(database, requestedSql(requests)) ?? null
      if (!fault) return { kind: 'pass' }
      hits += 1
      rule = null
      return fault
    },
  }
  platform = await startTestPlatform({ faults })
})

afterAll(() => platform.stop())

const roleChanged = (member: string, at: number): NotedChange =>
  notedChange(
    {
      actor: { kind: 'person', userId: 'ada', sessionId: 'ada-laptop' },
      from: { country: 'DE', client: 'console' },
    },
    {
      action: 'members.changed',
      subject: { kind: 'member', id: member },
      at,
      reason: 'a new task',
      before: { role: 'analyst' },
      after: { role: 'admin' },
    },
  )

/** As who changes people does: in one batch with the change. */
async function changePeople(workspaceId: string, count: number): Promise<string[]> {
  const changes = Array.from({ length: count }, (_, n) => roleChanged(`member-${n}`, 1_000 + n))
  await platform.control.batch(
    changes.map((change) => auditOutboxStatement(change, workspaceId)),
    'write',
  )
  return changes.map(({ entry }) => entry.id)
}

async function waiting(workspaceId: string): Promise<number> {
  const { rows } = await platform.control.execute({
    sql: 'SELECT count(*) AS entries FROM audit_outbox WHERE workspace_id = ?',
    args: [workspaceId],
  })
  return Number(rows[0]?.entries)
}

async function sweepUntilTaken(workspaceId: string): Promise<void> {
  await waitFor(
    async () => {
      await platform.edge.sweep()
      return (await waiting(workspaceId)) === 0
    },
    EMPTY_WITHIN_MS,
    () => `the outbox of ${workspaceId} to be taken`,
  )
}

const idsIn = async ({ store }: TestWorkspace) =>
  (await store.execute('SELECT id FROM audit_entries ORDER BY seq')).rows.map(({ id }) => id)

const has = (statements: readonly string[], text: string) =>
  statements.some((sql) => sql.includes(text))

const isAppend: Rule = (database, statements) =>
  database !== 'control' && has(statements, 'INTO audit_entries') ? { kind: 'pass' } : null
const isRemoval: Rule = (database, statements) =>
  database === 'control' && has(statements, 'DELETE FROM audit_outbox') ? { kind: 'pass' } : null

const CUTS: [string, Rule, Fault][] = [
  ['before it is appended', isAppend, { kind: 'cut_before_step', step: 0 }],
  ['in the middle of appending', isAppend, { kind: 'cut_before_step', step: 7 }],
  ['when it is in the chain, unheard', isAppend, { kind: 'cut_after_commit' }],
  ['between appending and removing', isRemoval, { kind: 'cut_before_step', step: 0 }],
  ['when it is removed, unheard', isRemoval, { kind: 'cut_after_commit' }],
]

test.each(CUTS)(
  'a change of people is in the chain once, though all was cut off %s',
  async (name, kind, fault) => {
    const id = `cut${CUTS.findIndex(([other]) => other === name)}`
    const workspace = await platform.addWorkspace(id)
    const ids = await changePeople(id, ENTRIES)
    hits = 0
    rule = (database, statements) =>
      (database === `ws-${id}` || database === 'control') && kind(database, statements)
        ? fault
        : null
    await sweepUntilTaken(id)
    expect(hits).toBe(1)
    expect(await idsIn(workspace)).toEqual(ids)
    const api = new AuditApi(workspace.target)
    expect(await api.verdict()).toMatchObject({ verdict: 'whole', upTo: ENTRIES })
  },
)

test('the edge killed between appending and removing takes nothing twice', async () => {
  const workspace = await platform.addWorkspace('killed')
  const ids = await changePeople('killed', 3)
  rule = (database, statements) =>
    isRemoval(database, statements) && { kind: 'cut_before_step', step: 0 }
  await platform.edge.sweep()
  expect(await waiting('killed')).toBe(3)
  expect(await idsIn(workspace)).toEqual(ids)
  await platform.restartEdge()
  const target = { ...workspace.target, edge: platform.edge.url }
  await sweepUntilTaken('killed')
  expect(await idsIn(workspace)).toEqual(ids)
  const { data } = await new AuditApi(target).list('?subject=member-1')
  expect(data).toMatchObject([
    {
      action: 'members.changed',
      sentence: 'A member got another role.',
      actor: { kind: 'person', userId: 'ada', sessionId: 'ada-laptop' },
      from: { country: 'DE', client: 'console' },
      values: { reason: 'a new task', before: { role: 'analyst' }, after: { role: 'admin' } },
    },
  ])
})

test('a workspace takes its own changes alone, and what cannot be read holds nothing up', async () => {
  const [one, two] = [await platform.addWorkspace('one'), await platform.addWorkspace('two')]
  await platform.control.execute(
    "INSERT INTO audit_outbox VALUES ('damaged', 'one', 'no JSON at all', 0)",
  )
  const ones = await changePeople('one', 2)
  const twos = await changePeople('two', 2)
  await sweepUntilTaken('one')
  await sweepUntilTaken('two')
  expect(await idsIn(one)).toEqual(['damaged', ...ones])
  expect(await idsIn(two)).toEqual(twos)
  const { data } = await new AuditApi(one.target).list('?action=audit.unreadable')
  expect(data).toMatchObject([{ values: { after: 'no JSON at all' } }])
})

test('many who take at once take each change once', async () => {
  const workspace = await platform.addWorkspace('many')
  const ids = await changePeople('many', ENTRIES)
  const api = new AuditApi(workspace.target)
  await Promise.all([
    ...Array.from({ length: 3 }, () => platform.edge.sweep()),
    ...Array.from({ length: 8 }, (_, n) => api.saveSlot(`slot-${n}`)),
  ])
  await sweepUntilTaken('many')
  const chained = await idsIn(workspace)
  expect(chained).toHaveLength(ENTRIES + 8)
  expect(chained.filter((id) => ids.includes(String(id)))).toEqual(ids)
  expect(await api.verdict()).toMatchObject({ verdict: 'whole', upTo: ENTRIES + 8 })
})
