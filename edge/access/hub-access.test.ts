import { describe, expect, test } from 'vitest'
import { HubAccess } from './hub-access.ts'
import { TRUSTED_MS } from './isolate-access.ts'
import type { MemberAccess } from './member-access.ts'

const none = (reason: 'signed_out' | 'deactivated'): MemberAccess => ({ kind: 'none', reason })

describe('what a hub knows of sessions', () => {
  test('is read once, and again when it is older than it may be', async () => {
    let now = 0
    let reads = 0
    const access = new HubAccess(
      async () => {
        reads += 1
        return none('signed_out')
      },
      () => now,
    )
    await access.of('ses_1')
    now = TRUSTED_MS - 1
    await access.of('ses_1')
    expect(reads).toBe(1)
    now = TRUSTED_MS
    await access.of('ses_1')
    expect(reads).toBe(2)
  })

  test('is forgotten at a change, also what was being read while it happened', async () => {
    const answers: ((access: MemberAccess) => void)[] = []
    const access = new HubAccess(() => new Promise((resolve) => answers.push(resolve)))
    const early = access.of('ses_1')
    access.changed()
    answers[0]?.(none('signed_out'))
    expect(await early).toEqual(none('signed_out'))
    const late = access.of('ses_1')
    answers[1]?.(none('deactivated'))
    expect(await late).toEqual(none('deactivated'))
    expect(await access.of('ses_1')).toEqual(none('deactivated'))
    expect(answers).toHaveLength(2)
  })

  test('is not kept when it could not be read', async () => {
    let isAway = true
    const access = new HubAccess(async () => {
      if (isAway) throw new Error('away')
      return none('signed_out')
    })
    await expect(access.of('ses_1')).rejects.toThrow('away')
    isAway = false
    expect(await access.of('ses_1')).toEqual(none('signed_out'))
  })
})
