import { beforeEach, describe, expect, test } from 'vitest'
import { type Rollout, STARTER_ROLLOUT } from '#shared/scoring/rollout.ts'
import { absentRuntime } from '../absent-runtime.fixture.ts'
import { randomModel, uniform } from '../model.fixture.ts'
import { createScorer, type Scorer } from '../scorer.ts'
import { createSessionCache } from '../session-cache.ts'
import { type ScorerSources, WorkspaceScorers } from './workspace-scorers.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

async function scorer(seed: number): Promise<Scorer> {
  const model = await randomModel(seed)
  return createScorer(model, absentRuntime('not in this test'), createSessionCache(1))
}

const starter = await scorer(1)
const models: Record<string, Scorer> = { two: await scorer(2), three: await scorer(3) }

let now: number
let named: Rollout
let warnings: string[]
let background: Promise<unknown>[]

beforeEach(() => {
  now = 0
  named = STARTER_ROLLOUT
  warnings = []
  background = []
})

function scorers(parts: Partial<ScorerSources> = {}): WorkspaceScorers {
  return new WorkspaceScorers({
    rollout: async () => named,
    async scorer(_workspace, model) {
      const found = models[model]
      if (!found) throw new Error(`The bucket has no file of model ${model}.`)
      return found
    },
    starter: async () => starter,
    inBackground: (work) => background.push(work),
    warn: ({ event }) => warnings.push(event),
    now: () => now,
    ...parts,
  })
}

const rollout = (
  version: number,
  champion: string | null,
  rest: Partial<Rollout> = {},
): Rollout => ({
  ...STARTER_ROLLOUT,
  version,
  champion,
  ...rest,
})

const away = () => Promise.reject(new Error('away'))
const served = async (held: WorkspaceScorers, visitor: string | null = null) =>
  (await held.of('demo')).scorerFor(visitor)

describe('what scores a workspace', () => {
  test('is the model that ships until another is champion', async () => {
    const held = scorers()
    expect(await served(held)).toBe(starter)
    named = rollout(1, 'two')
    now += MINUTE
    expect(await served(held)).toBe(models.two)
  })

  test('changes within a minute however seldom or often it is asked, and no request waits but the late', async () => {
    const next = uniform(20_261_128)
    for (let round = 0; round < 50; round++) {
      const held = scorers()
      await held.of('demo')
      const pause = next() * 40 * SECOND
      const changedAt = now
      named = rollout(round + 1, 'two')
      for (;;) {
        now += pause + next() * SECOND
        const found = await served(held)
        await Promise.all(background)
        if (found === models.two) break
        expect(now - changedAt).toBeLessThan(MINUTE)
      }
      named = rollout(round + 2, null)
      now += MINUTE
    }
  })

  test('takes over only when it is loaded: until then the last one goes on', async () => {
    let arrive: (scorer: Scorer) => void = () => {}
    const held = scorers({ scorer: () => new Promise((resolve) => (arrive = resolve)) })
    await held.of('demo')
    named = rollout(1, 'two')
    now += 20 * SECOND
    expect(await served(held)).toBe(starter)
    now += SECOND
    expect(await served(held)).toBe(starter)
    arrive(models.two as Scorer)
    await Promise.all(background)
    expect(await served(held)).toBe(models.two)
  })

  test('is asked about anew when somebody knows of a later version', async () => {
    const held = scorers()
    await held.of('demo')
    named = rollout(4, 'two')
    expect((await held.of('demo', 4)).scorerFor(null)).toBe(models.two)
  })

  test('an answer that comes late does not bring back what was replaced', async () => {
    let answer: (rollout: Rollout) => void = () => {}
    let slow = false
    const late = new Promise<Rollout>((resolve) => (answer = resolve))
    const held = scorers({ rollout: () => (slow ? late : Promise.resolve(named)) })
    named = rollout(1, 'two')
    await held.of('demo')
    now += 20 * SECOND
    slow = true
    await held.of('demo')
    slow = false
    named = rollout(2, 'three')
    now += 30 * SECOND
    expect(await served(held)).toBe(models.three)
    answer(rollout(1, 'two'))
    await Promise.all(background)
    expect(await served(held)).toBe(models.three)
  })
})

describe('where hub or files cannot be had', () => {
  test('a cold isolate scores with the model that ships, and takes the champion up later', async () => {
    let hub: ScorerSources['rollout'] = away
    const held = scorers({ rollout: (id) => hub(id) })
    expect(await served(held)).toBe(starter)
    expect(warnings).toEqual(['rollout_not_loaded'])
    hub = async () => rollout(3, 'two')
    now += 14 * SECOND
    expect(await served(held)).toBe(starter)
    now += SECOND
    expect(await served(held)).toBe(models.two)
  })

  test('the last rollout goes on, however old, and the hub is asked at most every 15 seconds', async () => {
    let asked = 0
    let isAway = false
    const held = scorers({
      rollout: async () => {
        asked++
        return isAway ? away() : rollout(1, 'two')
      },
    })
    await held.of('demo')
    isAway = true
    asked = 0
    for (let second = 0; second < 600; second++) {
      now += SECOND
      expect(await served(held)).toBe(models.two)
      await Promise.all(background)
    }
    expect(asked).toBeLessThanOrEqual(40)
    expect(asked).toBeGreaterThan(30)
  })

  test('a champion that cannot be loaded leaves the one before; a challenger or shadow stands in no way', async () => {
    const held = scorers()
    named = rollout(1, 'two')
    await held.of('demo')
    named = rollout(2, 'lost')
    now += MINUTE
    expect(await served(held)).toBe(models.two)
    named = rollout(3, 'three', {
      challenger: { model: 'lost', sharePercent: 50 },
      shadows: ['lost-too', 'two'],
    })
    now += MINUTE
    for (let n = 0; n < 40; n++) expect(await served(held, `visitor-${n}`)).toBe(models.three)
    expect((await held.of('demo')).shadows).toEqual([models.two])
    expect(warnings).toContain('model_not_loaded')
  })
})
