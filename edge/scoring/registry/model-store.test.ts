import type { Client } from '@libsql/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WorkspaceFile, workspaceFile } from '#dev/platform/workspace-file.fixture.ts'
import { type Rollout, type RolloutCommand, STARTER_ROLLOUT } from '#shared/scoring/rollout.ts'
import { TEST_ORIGIN, testTrail } from '../../audit/trail.fixture.ts'
import { randomModel } from '../model.fixture.ts'
import { changeRollout, knownModel, registerModel, storedRollout } from './model-store.ts'

type CuttableStore = Parameters<typeof changeRollout>[0]

const CONTEXT = { origin: TEST_ORIGIN, reason: 'because', checks: null }

let file: WorkspaceFile
let store: Client
/** What the hub names. */
let named: Rollout | null

beforeEach(async () => {
  file = await workspaceFile()
  store = file.store
  named = null
  for (const seed of [1, 2]) {
    const { manifest, onnx } = await randomModel(seed)
    const entry = { manifest, onnxBytes: onnx.byteLength, card: null, note: null }
    await registerModel(store, entry, CONTEXT, testTrail(store), 1)
  }
})

afterEach(() => file.remove())

async function change(command: RolloutCommand, through: CuttableStore = store) {
  const answer = await changeRollout(through, named, command, CONTEXT, testTrail(store), 5)
  if ('rollout' in answer) named = answer.rollout
  return answer
}

const promote = (seed: number): RolloutCommand => ({ kind: 'promote', model: `random-${seed}` })

async function stages(): Promise<Record<string, unknown>> {
  const { rows } = await store.execute('SELECT version, stage FROM models ORDER BY version')
  return Object.fromEntries(rows.map(({ version, stage }) => [String(version), stage]))
}

async function changes(): Promise<unknown[]> {
  const { rows } = await store.execute('SELECT action FROM model_changes ORDER BY change_id')
  return rows.map(({ action }) => action)
}

describe('the registry', () => {
  test('knows a model by version and file', async () => {
    const { manifest } = await randomModel(1)
    const sha = 'f'.repeat(64)
    expect(await knownModel(store, manifest)).toEqual({ kind: 'known' })
    expect(await knownModel(store, { ...manifest, onnxSha256: sha })).toEqual({ kind: 'taken' })
    expect(await knownModel(store, { ...manifest, version: 'new' })).toBeNull()
  })

  test('gives each model the stage that the rollout gives it, and keeps who asked', async () => {
    await change({ kind: 'challenge', model: 'random-2', sharePercent: 10 })
    expect(await stages()).toEqual({ 'random-1': 'draft', 'random-2': 'challenger' })
    await change(promote(1))
    await change(promote(2))
    expect(await stages()).toEqual({ 'random-1': 'retired', 'random-2': 'champion' })
    await change({ kind: 'roll_back' })
    expect(await stages()).toEqual({ 'random-1': 'champion', 'random-2': 'retired' })
    expect((await changes()).slice(2)).toEqual(['challenge', 'promote', 'promote', 'roll_back'])
  })

  test('refuses what it does not have, and a repeat changes nothing', async () => {
    expect(await change(promote(3))).toEqual({ kind: 'unknown_model' })
    await change(promote(1))
    expect((await change(promote(1))).kind).toBe('unchanged')
    expect((await storedRollout(store)).version).toBe(1)
    expect(await changes()).toEqual(['register', 'register', 'promote'])
  })
})

describe('a change whose outcome is unknown', () => {
  test.each(['before it was made', 'after it was made'])(
    'cut %s, and asked for again, is made once',
    async (when) => {
      const cut: CuttableStore = {
        execute: (statement) => store.execute(statement),
        async batch(statements, mode) {
          if (when === 'after it was made') await store.batch(statements, mode)
          throw new Error('No answer.')
        },
      }
      await expect(change(promote(1), cut)).rejects.toThrow('No answer.')
      expect(named).toBeNull()
      await change(promote(1))
      expect(named).toMatchObject({ version: 1, champion: 'random-1' })
      expect(await changes()).toEqual(['register', 'register', 'promote'])
      expect(await stages()).toMatchObject({ 'random-1': 'champion' })
    },
  )

  test('two at once with one number: one is made whole, the other not at all', async () => {
    const both = await Promise.allSettled(
      [promote(1), promote(2)].map((command) =>
        changeRollout(store, null, command, CONTEXT, testTrail(store), 5),
      ),
    )
    const made = await storedRollout(store)
    expect(made.version).toBe(both.filter(({ status }) => status === 'fulfilled').length)
    const champions = Object.entries(await stages()).filter(([, stage]) => stage === 'champion')
    expect(champions).toEqual([[made.champion, 'champion']])
  })
})

test('a restored store gives no number twice, and does not take the champion back', async () => {
  await change(promote(1))
  await change(promote(2))
  await store.batch(['DELETE FROM rollouts', "UPDATE models SET stage = 'draft'"], 'write')
  expect(await storedRollout(store)).toEqual(STARTER_ROLLOUT)
  await change({ kind: 'shadow', model: 'random-1' })
  expect(named).toMatchObject({ version: 3, champion: 'random-2', shadows: ['random-1'] })
  expect(await stages()).toEqual({ 'random-1': 'shadow', 'random-2': 'champion' })
})
