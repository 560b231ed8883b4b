import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { InStatement } from '@libsql/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { entryStatement } from '#edge/audit/append.ts'
import { chainRows } from '#edge/audit/chain-rows.ts'
import { auditOutboxStatement } from '#edge/audit/outbox.ts'
import { chainEntry, emptyChain } from '#shared/audit/chain.ts'
import { notedChange } from '#shared/audit/entry.ts'
import { ExportLine } from '#shared/audit/export-lines.ts'
import { sha256 } from '#shared/audit/sha256.ts'
import { waitFor } from '#tests/platform/edge-client.ts'
import {
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
} from '#tests/platform/faulty-platform.ts'
import { AuditApi } from './audit-api.ts'

const COMMAND = fileURLToPath(new URL('../../dev/audit/main.ts', import.meta.url))

let platform: TestPlatform
let dir: string

beforeAll(async () => {
  platform = await startTestPlatform()
  dir = await mkdtemp(join(tmpdir(), 'edgewise-audit-'))
})

afterAll(async () => {
  await platform.stop()
  await rm(dir, { recursive: true })
})

/** A workspace with four entries, all anchored. */
async function anchored(id: string): Promise<{ workspace: TestWorkspace; api: AuditApi }> {
  const workspace = await platform.addWorkspace(id)
  const api = new AuditApi(workspace.target)
  for (const slot of ['one', 'two', 'three', 'four']) await api.saveSlot(slot)
  await platform.edge.sweep()
  expect(await api.verdict()).toMatchObject({ verdict: 'whole', upTo: 4, anchoredUpTo: 4 })
  return { workspace, api }
}

const WITHOUT_TRIGGERS = ['DROP TRIGGER audit_entries_unchanged', 'DROP TRIGGER audit_entries_kept']

/** The whole chain so that everything fits, with somebody else in the second entry. */
async function writeAnew({ store }: TestWorkspace, id: string): Promise<void> {
  const statements: InStatement[] = []
  let head = await emptyChain(id, sha256)
  for await (const { values, ...row } of chainRows(store, 0, Number.MAX_SAFE_INTEGER)) {
    const entry = row.seq === 2 ? { ...row, actor: { kind: 'job' as const, name: 'nobody' } } : row
    const next = await chainEntry(head, { entry, values }, values?.salt ?? '', sha256)
    statements.push(entryStatement(next))
    head = next
  }
  await store.batch([...WITHOUT_TRIGGERS, 'DELETE FROM audit_entries', ...statements], 'write')
}

const newestAt = async (api: AuditApi): Promise<number> =>
  (await api.list('?limit=1')).data[0]?.at ?? 0

/** Until what is written has another time. */
const past = (at: number) =>
  waitFor(
    () => Date.now() > at,
    10_000,
    () => `the clock to pass ${at}`,
  )

async function headOf(text: string): Promise<(ExportLine & { kind: 'head' }) | null> {
  const line = ExportLine.parse(JSON.parse(text.trim().split('\n').at(-1) ?? ''))
  return line.kind === 'head' ? line : null
}

async function run(...args: string[]): Promise<{ code: number; said: string }> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, ...args])
    return { code: 0, said: stdout.trim() }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, said: `${stdout}${stderr}`.trim() }
  }
}

test('a chain that was written anew is caught by its anchor, and never signed', async () => {
  const { workspace, api } = await anchored('rewritten')
  await writeAnew(workspace, 'rewritten')
  expect(await api.verdict()).toMatchObject({ broken: { kind: 'rewritten', seq: 4 } })
  expect((await headOf(await api.export()))?.anchor).toBeNull()
  expect(await api.verdict()).toMatchObject({ broken: { kind: 'rewritten', seq: 4 } })
})

test('a chain whose end was cut off is caught by its anchor', async () => {
  const { workspace, api } = await anchored('cutoff')
  await workspace.store.batch(
    [...WITHOUT_TRIGGERS, 'DELETE FROM audit_entries WHERE seq > 2'],
    'write',
  )
  expect(await api.verdict()).toMatchObject({
    sentence: 'The log was cut off: a signed anchor knows of entry 3 and it is gone.',
    broken: { kind: 'cut_off', seq: 3 },
  })
})

test('an hour without changes makes no anchor, and a new one vouches for what came since', async () => {
  const { api } = await anchored('twice')
  await platform.edge.sweep()
  await api.saveSlot('five')
  expect(await api.verdict()).toMatchObject({ verdict: 'whole', upTo: 5, anchoredUpTo: 4 })
  await api.export()
  expect(await api.verdict()).toMatchObject({ verdict: 'whole', upTo: 6, anchoredUpTo: 6 })
})

test('an export is verified without the edge, and holds it to an anchor that was kept', async () => {
  const { workspace, api } = await anchored('kept')
  const [file, later, anchor] = ['export', 'later', 'anchor'].map((name) => join(dir, name))
  if (!file || !later || !anchor) throw new Error('There are three files.')
  const text = await api.export()
  await writeFile(file, text)
  await writeFile(anchor, (await headOf(text))?.anchor ?? '')
  const whole = 'All 5 entries are as they were written; anchored up to entry 5.'
  expect(await run('verify', '--file', file, '--anchor', anchor)).toEqual({ code: 0, said: whole })
  const { edge, secretKey } = workspace.target
  const asked = await run('verify', '--edge', edge, '--key', secretKey, '--anchor', anchor)
  expect(asked).toEqual({ code: 0, said: whole.replaceAll('5', '6') })
  await writeFile(later, text.replace('"id":"two"', '"id":"too"'))
  const changed = 'Entry 2 was changed after it was written.'
  expect(await run('verify', '--file', later)).toEqual({ code: 1, said: changed })
  await writeAnew(workspace, 'kept')
  await writeFile(later, await api.export())
  const anew = 'Entry 5 is not the one that was anchored: the log was written anew.'
  expect(await run('verify', '--file', later, '--anchor', anchor)).toEqual({ code: 1, said: anew })
})

test('an export of a time is the stretch of the chain that holds it, and is verified without the rest', async () => {
  const { api } = await anchored('stretched')
  await past(await newestAt(api))
  await api.saveSlot('five')
  const from = await newestAt(api)
  await api.saveSlot('six')
  await platform.edge.sweep()
  await api.export()
  const to = (await newestAt(api)) + 1
  await past(to)
  await api.saveSlot('late')
  const file = join(dir, 'stretch')
  const text = await api.export(`?from=${from}&to=${to}`)
  await writeFile(file, text)
  const lines = text
    .trim()
    .split('\n')
    .map((line) => ExportLine.parse(JSON.parse(line)))
  const entries = lines.flatMap((line) => (line.kind === 'entry' ? [line.entry] : []))
  expect(entries.map(({ seq }) => seq)).toEqual([5, 6, 7])
  expect(lines[0]).toMatchObject({ stretch: { from, to, after: { seq: 4 } } })
  const whole =
    'Entries 5 to 7, a part of the log, are as they were written; anchored up to entry 7.'
  expect(await run('verify', '--file', file)).toEqual({ code: 0, said: whole })
  await writeFile(file, text.replace('"id":"six"', '"id":"sex"'))
  const changed = 'Entry 6 was changed after it was written.'
  expect(await run('verify', '--file', file)).toEqual({ code: 1, said: changed })
  const { data } = await api.list('?action=audit.exported')
  expect(data.map(({ values }) => values?.after ?? null)).toEqual([{ from, to }, null])

  await writeFile(file, await api.export('?to=1'))
  const nothing = 'Nothing is on record of this time.'
  expect(await run('verify', '--file', file)).toEqual({ code: 0, said: nothing })
})

test('an entry that came late is in the export of its time, with all that was written before it came', async () => {
  const { api } = await anchored('latecomer')
  const at = await newestAt(api)
  await past(at)
  await api.saveSlot('five')
  const change = notedChange(
    { actor: { kind: 'job', name: 'import' }, from: { country: null, client: null } },
    { action: 'members.changed', subject: { kind: 'member', id: 'late' }, at },
  )
  await platform.control.execute(auditOutboxStatement(change, 'latecomer'))
  await platform.edge.sweep()
  const file = join(dir, 'latecomer')
  await writeFile(file, await api.export(`?from=${at}&to=${at + 1}`))
  const { code, said } = await run('verify', '--file', file)
  expect(said).toMatch(
    /^Entries \d to 6, a part of the log, are as they were written; anchored up to entry 4\.$/,
  )
  expect(code).toBe(0)
})

test('what cannot be verified is said in one sentence', async () => {
  const file = join(dir, 'other')
  await writeFile(file, 'no export')
  expect(await run('verify', '--file', file)).toEqual({ code: 2, said: 'Line 1 is no JSON.' })
  expect((await run('verify', '--file', join(dir, 'none'))).code).toBe(2)
  expect(await run('look')).toMatchObject({ code: 2, said: expect.stringContaining('verify') })
  expect((await run('--help')).code).toBe(0)
})
