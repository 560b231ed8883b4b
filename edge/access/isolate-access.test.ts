import { describe, expect, test } from 'vitest'
import { permissionsOfRole } from '#shared/access/matrix.ts'
import { IsolateAccess, READ_GRACE_MS, TRUSTED_MS } from './isolate-access.ts'
import type { MemberAccess } from './member-access.ts'

const member = (role: 'owner' | 'agent'): MemberAccess => ({
  kind: 'member',
  userId: 'usr_a',
  email: 'a@people.example',
  name: 'A',
  role,
  permissions: permissionsOfRole(role),
  confirmedAt: 0,
})
const gone: MemberAccess = { kind: 'none', reason: 'signed_out' }

/** One isolate with a clock of its own, over a hub that says what it is set to; null is away. */
function isolate(first: MemberAccess | null) {
  const hub = { says: first, asked: 0, now: 0 }
  const access = new IsolateAccess(
    async () => {
      hub.asked += 1
      if (!hub.says) throw new Error('The hub is away.')
      return hub.says
    },
    () => hub.now,
  )
  const of = (effect: 'read' | 'write' = 'read', session = 'ses_a') =>
    access.of('demo', session, effect)
  return { hub, of }
}

describe('while the hub answers', () => {
  test('it is asked once in 15 seconds, and a change is known after that', async () => {
    const { hub, of } = isolate(member('owner'))
    await of()
    hub.says = member('agent')
    hub.now = TRUSTED_MS - 1
    expect(await of('write')).toEqual({ kind: 'known', access: member('owner') })
    expect(hub.asked).toBe(1)
    hub.now = TRUSTED_MS
    expect(await of()).toEqual({ kind: 'known', access: member('agent') })
    expect(hub.asked).toBe(2)
  })

  test('isolate and hub together believe an earlier state for half a minute at most', () => {
    expect(2 * TRUSTED_MS).toBeLessThanOrEqual(30_000)
  })

  test('and for a minute at most while neither of them can ask', () => {
    expect(TRUSTED_MS + READ_GRACE_MS).toBeLessThanOrEqual(60_000)
  })

  test('a session that ended is refused after that, for reading and writing', async () => {
    const { hub, of } = isolate(member('owner'))
    await of()
    hub.says = gone
    hub.now = TRUSTED_MS
    expect(await of('read')).toEqual({ kind: 'known', access: gone })
    expect(await of('write')).toEqual({ kind: 'known', access: gone })
  })

  test('the time runs from the question, however late the answer comes', async () => {
    const answers: ((access: MemberAccess) => void)[] = []
    let now = 0
    const access = new IsolateAccess(
      () => new Promise((resolve) => answers.push(resolve)),
      () => now,
    )
    const first = access.of('demo', 'ses_a', 'read')
    now = TRUSTED_MS
    answers[0]?.(member('owner'))
    await first
    const second = access.of('demo', 'ses_a', 'read')
    expect(answers).toHaveLength(2)
    answers[1]?.(gone)
    expect(await second).toEqual({ kind: 'known', access: gone })
  })

  test('what is known of a session says nothing of another, nor in another workspace', async () => {
    const { hub, of } = isolate(member('owner'))
    await of('read', 'ses_a')
    hub.says = gone
    expect(await of('read', 'ses_b')).toEqual({ kind: 'known', access: gone })
    expect(await of('read', 'ses_a')).toEqual({ kind: 'known', access: member('owner') })
  })
})

describe('while the hub is away', () => {
  test('reads go on for 45 seconds and writes for 15', async () => {
    const { hub, of } = isolate(member('owner'))
    await of()
    hub.says = null
    hub.now = TRUSTED_MS - 1
    expect(await of('write')).toMatchObject({ kind: 'known' })
    hub.now = TRUSTED_MS
    expect(await of('write')).toEqual({ kind: 'unavailable', reason: 'The hub is away.' })
    expect(await of('read')).toEqual({ kind: 'known', access: member('owner') })
    hub.now = READ_GRACE_MS - 1
    expect(await of('read')).toEqual({ kind: 'known', access: member('owner') })
    hub.now = READ_GRACE_MS
    expect(await of('read')).toMatchObject({ kind: 'unavailable' })
  })

  test('going on with an answer does not make it younger', async () => {
    const { hub, of } = isolate(member('owner'))
    await of()
    hub.says = null
    for (hub.now = TRUSTED_MS; hub.now < READ_GRACE_MS; hub.now += 10_000) {
      expect(await of('read')).toMatchObject({ kind: 'known' })
    }
    expect(await of('read')).toMatchObject({ kind: 'unavailable' })
  })

  test('nobody is let in who was not known, and a no is not repeated without asking', async () => {
    const { hub, of } = isolate(gone)
    await of('read', 'ses_gone')
    hub.says = null
    hub.now = TRUSTED_MS
    expect(await of('read', 'ses_gone')).toMatchObject({ kind: 'unavailable' })
    expect(await of('read', 'ses_new')).toMatchObject({ kind: 'unavailable' })
  })

  test('a change is known as soon as it is back', async () => {
    const { hub, of } = isolate(member('owner'))
    await of()
    hub.says = null
    hub.now = READ_GRACE_MS - 1
    expect(await of('read')).toMatchObject({ kind: 'known' })
    hub.says = gone
    expect(await of('read')).toEqual({ kind: 'known', access: gone })
  })
})

test('however many sessions come, the memory stays bounded and right', async () => {
  const { hub, of } = isolate(member('agent'))
  for (let n = 0; n < 5_001; n++) await of('read', `ses_${n}`)
  expect(hub.asked).toBe(5_001)
  await of('read', 'ses_5000')
  expect(hub.asked).toBe(5_001)
  await of('read', 'ses_0')
  expect(hub.asked).toBe(5_002)
})
