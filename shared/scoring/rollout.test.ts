import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { modelFor } from './assignment.ts'
import {
  afterCommand,
  MAX_SHARE_PERCENT,
  modelsIn,
  type Rollout,
  RolloutCommand,
  STARTER_ROLLOUT,
  stageIn,
} from './rollout.ts'

const MODELS = ['lead-1', 'lead-2', 'lead-3', 'lead-4', 'lead-5', 'lead-6']
const model = fc.constantFrom(...MODELS)
const sharePercent = fc.integer({ min: 1, max: MAX_SHARE_PERCENT })
const command = fc.oneof(
  fc.record({ kind: fc.constant('promote' as const), model }),
  fc.record({ kind: fc.constant('challenge' as const), model, sharePercent }),
  fc.record({ kind: fc.constant('shadow' as const), model }),
  fc.record({ kind: fc.constant('retire' as const), model }),
  fc.record({ kind: fc.constant('roll_back' as const) }),
  fc.record({
    kind: fc.constant('grade' as const),
    grades: fc.constantFrom(null, { A: 0.5, B: 0.3, C: 0.1 }),
  }),
)

function apply(rollout: Rollout, asked: RolloutCommand): Rollout {
  const decision = afterCommand(rollout, asked)
  return decision.kind === 'changed' ? decision.rollout : rollout
}

const rolledOut = (commands: readonly RolloutCommand[]) => commands.reduce(apply, STARTER_ROLLOUT)

describe('changes of a rollout, in any order', () => {
  test('leave one champion, and each model in one place at most', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const rollout = rolledOut(commands)
        expect(new Set(modelsIn(rollout)).size).toBe(modelsIn(rollout).length)
        expect(rollout.shadows.length).toBeLessThanOrEqual(3)
        const stages = MODELS.map((each) => stageIn(rollout, each))
        expect(stages.filter((stage) => stage === 'champion').length).toBeLessThanOrEqual(1)
        expect(stages.filter((stage) => stage === 'challenger').length).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('raise the version by one each, and a repeat raises nothing', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), command, (commands, asked) => {
        const before = rolledOut(commands)
        const decision = afterCommand(before, asked)
        if (decision.kind !== 'changed') return
        expect(decision.rollout.version).toBe(before.version + 1)
        // The way back is gone once it was taken; all else is as asked already.
        const again = afterCommand(decision.rollout, asked)
        expect(again.kind).toBe(asked.kind === 'roll_back' ? 'refused' : 'unchanged')
      }),
    )
  })

  test('a promotion rolled back gives the champion before, and nothing it does not need changes', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), model, (commands, promoted) => {
        const before = rolledOut(commands)
        if (before.champion === promoted) return
        const back = rolledOut([
          ...commands,
          { kind: 'promote', model: promoted },
          { kind: 'roll_back' },
        ])
        expect(back.champion).toBe(before.champion)
        expect(back.grades).toEqual(before.grades)
        expect(stageIn(back, promoted)).toBeNull()
      }),
    )
  })
})

describe('a refused change', () => {
  test.each([
    ['a champion in shadow', { kind: 'shadow', model: 'lead-1' }],
    ['a champion that challenges itself', { kind: 'challenge', model: 'lead-1', sharePercent: 5 }],
    ['a champion retired without another', { kind: 'retire', model: 'lead-1' }],
    ['a second challenger', { kind: 'challenge', model: 'lead-3', sharePercent: 5 }],
  ] as const)('%s: says what to do', (_what, asked) => {
    const rollout = rolledOut([
      { kind: 'promote', model: 'lead-1' },
      { kind: 'challenge', model: 'lead-2', sharePercent: 10 },
    ])
    expect(afterCommand(rollout, asked)).toMatchObject({
      kind: 'refused',
      next: expect.any(String),
    })
  })

  test('a way back where nothing was promoted', () => {
    expect(afterCommand(STARTER_ROLLOUT, { kind: 'roll_back' }).kind).toBe('refused')
  })

  test.each([[{ A: 0.2, B: 0.3, C: 0.1 }], [{ A: 1, B: 0.3, C: 0.1 }], [{ A: 0.5, B: 0.3, C: 0 }]])(
    'cut-offs that are not in order: %o',
    (grades) => {
      expect(RolloutCommand.safeParse({ kind: 'grade', grades }).success).toBe(false)
    },
  )
})

describe('who gets the challenger', () => {
  const visitors = Array.from({ length: 20_000 }, (_, n) => `visitor-${n}`)
  const inShare = (challenger: string, percent: number) => {
    const rollout = { champion: null, challenger: { model: challenger, sharePercent: percent } }
    return visitors.filter((visitor) => modelFor(rollout, visitor) === challenger)
  }

  test('is its share of visitors', () => {
    for (const percent of [1, 10, 50]) {
      const expected = (visitors.length * percent) / 100
      const error = Math.sqrt(expected * (1 - percent / 100))
      expect(Math.abs(inShare('lead-2', percent).length - expected)).toBeLessThan(4 * error)
    }
  })

  test('stays when the share grows', () => {
    const later = new Set(inShare('lead-2', 30))
    expect(inShare('lead-2', 10).every((visitor) => later.has(visitor))).toBe(true)
  })

  test('is drawn anew for the next challenger', () => {
    const first = new Set(inShare('lead-2', 50))
    const both = inShare('lead-3', 50).filter((visitor) => first.has(visitor)).length
    const error = Math.sqrt(visitors.length * 0.25 * 0.75)
    expect(Math.abs(both - visitors.length / 4)).toBeLessThan(4 * error)
  })

  test('is nobody where no visitor is named', () => {
    expect(modelFor({ champion: 'a', challenger: { model: 'b', sharePercent: 50 } }, null)).toBe(
      'a',
    )
  })
})
