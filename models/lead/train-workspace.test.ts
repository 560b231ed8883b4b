import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { FEATURE_HASH } from '#shared/features/registry.ts'
import { TrainedManifest } from '#shared/scoring/manifest.ts'
import type { TrainingRowsPage } from '#shared/training/training-row.ts'
import { PlatformError } from '../platform/platform-error.ts'
import { leadRows } from './rows.fixture.ts'
import { type Effects, trainWorkspace, type WorkspaceCommand } from './train-workspace.ts'

const KEY = 'esk_of_this_test'
const EDGE = 'http://127.0.0.1:8787'
const rows = leadRows(900, 2)

let dir: string
let said: string[]
let asked: { path: string; query: URLSearchParams; key: string | null; body: unknown }[]

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'edgewise-lead-'))
  await writeFile(join(dir, 'ready.json'), JSON.stringify({ edge: EDGE, secretKey: KEY, pid: 1 }))
  said = []
  asked = []
})

afterEach(() => rm(dir, { recursive: true }))

interface Answers {
  page?: Partial<TrainingRowsPage>
  /** What the edge says to a model; absent for a registry that takes it. */
  registry?: Response
  /** Instead of the first answers. */
  before?: (Response | Error)[]
}

const problem = (status: number, detail: string): Response =>
  new Response(JSON.stringify({ detail, next: 'Do better.' }), { status })

/** An edge with two pages of rows. */
function edge({ page = {}, registry, before = [] }: Answers = {}): typeof fetch {
  const waiting = [...before]
  return async (input, init) => {
    const url = new URL(String(input))
    const body: unknown = init?.body ? JSON.parse(String(init.body)) : null
    const key = new Headers(init?.headers).get('authorization')
    asked.push({ path: url.pathname, query: url.searchParams, key, body })
    const first = waiting.shift()
    if (first instanceof Error) throw first
    if (first) return first
    if (url.pathname === '/api/v1/models') {
      const version = z.object({ manifest: TrainedManifest }).parse(body).manifest.version
      return registry ?? Response.json({ version, stage: 'draft' }, { status: 201 })
    }
    const isSecond = url.searchParams.get('cursor') === 'second'
    const answer: TrainingRowsPage = {
      workspace: 'demo',
      featureHash: FEATURE_HASH,
      knownBy: 'received',
      asOf: 0,
      data: isSecond ? rows.slice(450) : rows.slice(0, 450),
      visitors: 200,
      events: 1_000,
      eventsReceivedLate: 10,
      visitorsCut: 0,
      next: isSecond ? null : 'second',
      ...page,
    }
    return Response.json(answer)
  }
}

const command = (over: Partial<WorkspaceCommand> = {}): WorkspaceCommand => ({
  kind: 'workspace',
  workspace: 'demo',
  edge: undefined,
  out: join(dir, 'model'),
  knownBy: undefined,
  registers: true,
  seed: 0,
  ...over,
})

const effects = (answers?: Answers, env: Effects['env'] = {}): Effects => ({
  fetch: edge(answers),
  env: { EDGEWISE_HOME: dir, ...env },
  now: () => 0,
  wait: async () => {},
  say: (line) => said.push(line),
  showPulled: () => {},
  onProgress: () => {},
})

const refusalOf = async (work: Promise<unknown>): Promise<PlatformError> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof PlatformError) return error
  throw new Error(`It was not refused: ${String(error)}`)
}

const pulls = () => asked.filter(({ path }) => path === '/api/v1/training-rows')

describe('training on a workspace', () => {
  test('reads every page, writes the files and registers exactly what it wrote', async () => {
    const summary = await trainWorkspace(command(), effects())
    expect(summary).toMatchObject({ rows: 900, knownBy: 'received', registered: true })
    expect(summary.auc).toBeGreaterThan(0.7)
    expect(pulls().map(({ query }) => query.get('cursor'))).toEqual([null, 'second'])
    expect(asked.every(({ key }) => key === `Bearer ${KEY}`)).toBe(true)
    const read = (name: string) => readFile(join(dir, 'model', name))
    const manifest = TrainedManifest.parse(JSON.parse(String(await read('manifest.json'))))
    expect(asked.at(-1)?.body).toEqual({
      manifest,
      onnx: (await read('model.onnx')).toString('base64'),
      card: String(await read('card.md')),
      note: expect.stringContaining('received'),
    })
    expect(summary.version).toBe(manifest.version)
    expect(said.join('\n')).not.toContain(KEY)
  })

  test('where most events were imported, says so and takes them from when they occurred', async () => {
    const page = { eventsReceivedLate: 900 }
    const summary = await trainWorkspace(command(), effects({ page }))
    expect(pulls().map(({ query }) => query.get('knownBy'))).toEqual([
      'received',
      'received',
      'occurred',
      'occurred',
    ])
    expect(summary.knownBy).toBe('occurred')
    expect(said[0]).toContain('90 % of the events were imported')
    expect(String(await readFile(join(dir, 'model', 'card.md')))).toContain('**occurred**')
  })

  test('keeps to what was asked for, and still says that events were imported', async () => {
    const page = { eventsReceivedLate: 900 }
    const asReceived = command({ knownBy: 'received', registers: false })
    const summary = await trainWorkspace(asReceived, effects({ page }))
    expect(summary).toMatchObject({ knownBy: 'received', registered: false })
    expect(said[0]).toContain('--known-by occurred')
    expect(asked).toHaveLength(2)
  })

  test('an edge without a registry is no failure: the files are there', async () => {
    const summary = await trainWorkspace(command(), effects({ registry: problem(404, 'No.') }))
    expect(summary.registered).toBe(false)
    expect(said.at(-1)).toBe(
      `The edge has no model registry yet: the files are in ${join(dir, 'model')}.`,
    )
  })

  test('a model that the edge refuses is still in its folder, and the refusal says where', async () => {
    const work = trainWorkspace(command(), effects({ registry: problem(400, 'Too large.') }))
    const refusal = await refusalOf(work)
    expect(refusal.message).toContain('Too large.')
    expect(refusal.message).toContain(join(dir, 'model'))
    expect((await readFile(join(dir, 'model', 'model.onnx'))).length).toBeGreaterThan(100)
  })

  test('an edge that is away for a moment is asked again', async () => {
    const before = [problem(503, 'The store is being prepared.'), new TypeError('fetch failed')]
    await trainWorkspace(command(), effects({ before }))
    expect(pulls()).toHaveLength(4)
  })

  test.each([
    [{ before: Array(9).fill(new TypeError('fetch failed')) }, 'not_running', 'does not answer'],
    [{ before: [problem(401, 'This key was revoked.')] }, 'key_refused', 'revoked'],
    [{ before: Array.from({ length: 9 }, () => problem(503, 'Away.')) }, 'unavailable', 'Away.'],
    [{ before: [problem(404, 'There is no such route.')] }, 'not_understood', 'no training rows'],
    [{ before: [new Response('<html>')] }, 'not_understood', 'something else'],
    [{ page: { workspace: 'acme' } }, 'other_workspace', 'of the workspace acme, not of demo'],
    [{ page: { featureHash: 'old' } }, 'other_features', 'other features'],
  ])('given %j, it is refused as %s', async (answers, kind, reason) => {
    const refusal = await refusalOf(trainWorkspace(command(), effects(answers as Answers)))
    expect(refusal.kind).toBe(kind)
    expect(refusal.message).toContain(reason)
    expect(refusal.next).not.toBe('')
    expect(`${refusal.message}${refusal.next}`).not.toContain(KEY)
  })

  test('without a platform on this machine it says how to start one', async () => {
    const home = { EDGEWISE_HOME: join(dir, 'absent') }
    const refusal = await refusalOf(trainWorkspace(command(), effects({}, home)))
    expect(refusal.kind).toBe('not_running')
    expect(refusal.next).toContain('npm start')
  })

  test('an edge elsewhere gets the key of the environment, never this machine’s, and only over https', async () => {
    const elsewhere = command({ edge: 'https://edge.example', registers: false })
    expect((await refusalOf(trainWorkspace(elsewhere, effects()))).kind).toBe('no_key')
    await trainWorkspace(elsewhere, effects({}, { EDGEWISE_SECRET_KEY: 'esk_other' }))
    expect(asked.every(({ key }) => key === 'Bearer esk_other')).toBe(true)
    const open = command({ edge: 'http://edge.example' })
    const key = { EDGEWISE_SECRET_KEY: 'esk_other' }
    expect((await refusalOf(trainWorkspace(open, effects({}, key)))).kind).toBe('not_safe')
  })
})
