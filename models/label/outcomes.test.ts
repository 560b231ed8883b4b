import { describe, expect, test } from 'vitest'
import type { Words } from '../table/read-table.ts'
import { outcomesOfLabel } from './outcomes.ts'

/** A label of `count` rows; each value as often as its weight in a round. */
function labelOf(values: readonly (string | null)[], count = 400): Words {
  const words = Array.from(new Set(values.filter((value) => value !== null)))
  const codes = Int32Array.from({ length: count }, (_, row) =>
    words.indexOf(values[row % values.length] ?? ''),
  )
  return { name: 'y', codes, words }
}

describe('the label as outcomes', () => {
  test.each([
    ['0', '1', '1'],
    ['No', 'Yes', 'Yes'],
    ['lost', 'Closed Won', 'Closed Won'],
    ['FALSE', 'TRUE', 'TRUE'],
  ])('of "%s" and "%s", "%s" plainly means that it happened', (no, yes, positive) => {
    const found = outcomesOfLabel(labelOf([no, yes, no]))
    expect(found.positive).toBe(positive)
    expect(found.outcomes.slice(0, 3)).toEqual(Uint8Array.of(0, 1, 0))
  })

  test('values that do not speak for themselves are named and must be chosen', () => {
    const label = labelOf(['<=50K', '>50K'])
    expect(() => outcomesOfLabel(label)).toThrow('"<=50K", ">50K". Name it with --positive.')
    expect(outcomesOfLabel(label, '>50k').outcomes.slice(0, 2)).toEqual(Uint8Array.of(0, 1))
    expect(() => outcomesOfLabel(label, 'rich')).toThrow(
      expect.objectContaining({ kind: 'positive_absent' }),
    )
  })

  test('of more than two values all but the positive one are negative, which is said', () => {
    const label = labelOf(['open', 'won', 'lost'])
    expect(() => outcomesOfLabel(label)).toThrow(
      expect.objectContaining({ kind: 'positive_unclear' }),
    )
    const { outcomes, notes } = outcomesOfLabel(label, 'won')
    expect(outcomes.slice(0, 3)).toEqual(Uint8Array.of(0, 1, 0))
    expect(notes.join()).toContain('"open", "lost"')
  })

  test('rows without a label are left out', () => {
    const { rows, outcomes, notes } = outcomesOfLabel(labelOf(['no', null, 'yes'], 600))
    expect(rows.slice(0, 3)).toEqual(Uint32Array.of(0, 2, 3))
    expect(outcomes.slice(0, 3)).toEqual(Uint8Array.of(0, 1, 0))
    expect(notes).toEqual(['200 rows have no label and are left out.'])
  })

  test('one outcome only, no label at all and too few rows are told apart', () => {
    const kind = (label: Words, positive?: string): string => {
      try {
        outcomesOfLabel(label, positive)
        return 'fine'
      } catch (error) {
        return (error as { kind: string }).kind
      }
    }
    expect(kind(labelOf(['yes']))).toBe('one_class')
    expect(kind(labelOf([null]))).toBe('one_class')
    expect(kind(labelOf(['yes', 'no'], 100))).toBe('too_little_data')
    expect(kind({ ...labelOf(['no']), words: ['no', 'yes'] })).toBe('one_class')
    const rare = labelOf(['no', 'yes'])
    rare.codes.fill(0)
    rare.codes.fill(1, 0, 19)
    expect(kind(rare)).toBe('too_little_data')
    rare.codes[19] = 1
    expect(kind(rare)).toBe('fine')
  })
})
