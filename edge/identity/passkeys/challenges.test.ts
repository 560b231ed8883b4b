import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ControlDatabase, controlDatabase } from '#tests/identity/control-database.ts'
import {
  CHALLENGE_MS,
  type ChallengeUse,
  newChallenge,
  readChallenge,
  takeChallenge,
} from './challenges.ts'
import { insertPasskey } from './passkey-store.ts'
import { provenPasskey } from './proven-passkey.ts'
import { verifyRegistration } from './register-passkey.ts'
import { FLAGS, SoftwareAuthenticator } from './software-authenticator.fixture.ts'

const SECRET = 'a secret of this test'
const ISSUER = 'https://edge.example.com'
const NOW = 1_800_000_000_000
const SIGN_IN: ChallengeUse = { kind: 'sign_in' }
const USUAL = { origin: ISSUER, rpId: 'edge.example.com', flags: FLAGS.present | FLAGS.verified }

let database: ControlDatabase
let device: SoftwareAuthenticator

beforeAll(async () => {
  database = await controlDatabase()
  device = await SoftwareAuthenticator.create()
  const response = await device.register({
    ...USUAL,
    challenge: 'made',
    counter: 1,
    type: 'webauthn.create',
  })
  const made = await verifyRegistration({ issuer: ISSUER, challenge: 'made', response })
  if (made.kind !== 'right') throw new Error(made.reason)
  await database.control.batch(
    [
      `INSERT INTO users (id, email, name, created_at) VALUES ('usr_ada', 'ada@engines.example', 'Ada', 0)`,
      insertPasskey('usr_ada', made.passkey, 'Test', NOW),
    ],
    'write',
  )
})
afterAll(() => database.remove())

/** The way of a sign-in: options, the device's answer, the form that comes back. */
async function answered(counter: number, use = SIGN_IN) {
  const { challenge, text } = await newChallenge(SECRET, use, NOW)
  const answer = await device.signIn({ ...USUAL, challenge, counter, type: 'webauthn.get' })
  return (changes: Partial<Parameters<typeof provenPasskey>[0]> = {}) =>
    provenPasskey({
      control: database.control,
      secret: SECRET,
      issuer: ISSUER,
      cookie: text,
      use,
      credential: JSON.stringify(answer),
      now: NOW + 1_000,
      ...changes,
    })
}

const usedOnes = async () =>
  Number((await database.control.execute('SELECT count(*) AS n FROM used_challenges')).rows[0]?.n)

describe('a challenge', () => {
  const uses: ChallengeUse[] = [
    SIGN_IN,
    { kind: 'register', sessionId: 'ses_1' },
    { kind: 'register', sessionId: 'ses_2' },
    { kind: 'confirm', sessionId: 'ses_1' },
  ]

  test('serves for what it was made for, and nothing else', async () => {
    for (const made of uses) {
      const { challenge, text } = await newChallenge(SECRET, made, NOW)
      for (const asked of uses) {
        const read = await readChallenge(SECRET, text, asked, NOW)
        expect(read?.challenge ?? null).toBe(asked === made ? challenge : null)
      }
    }
  })

  test('is over after five minutes', async () => {
    const { text } = await newChallenge(SECRET, SIGN_IN, NOW)
    expect(CHALLENGE_MS).toBe(300_000)
    expect(await readChallenge(SECRET, text, SIGN_IN, NOW + CHALLENGE_MS - 1)).not.toBeNull()
    expect(await readChallenge(SECRET, text, SIGN_IN, NOW + CHALLENGE_MS)).toBeNull()
  })

  test('that was changed, or signed by others, is none', async () => {
    const { text } = await newChallenge(SECRET, SIGN_IN, NOW)
    expect(await readChallenge('another secret', text, SIGN_IN, NOW)).toBeNull()
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom(...'AZaz09-_.'), async (at, to) => {
        fc.pre(text[at] !== to)
        const changed = text.slice(0, at) + to + text.slice(at + 1)
        expect(await readChallenge(SECRET, changed, SIGN_IN, NOW)).toBeNull()
      }),
    )
    for (const hostile of [null, '', '.', 'a.b', `${text}.x`, text.split('.')[0] ?? '']) {
      expect(await readChallenge(SECRET, hostile, SIGN_IN, NOW)).toBeNull()
    }
  })

  test('is taken once of five at the same moment, and forgotten when it is over', async () => {
    const { control } = database
    const { text } = await newChallenge(SECRET, SIGN_IN, NOW)
    const read = await readChallenge(SECRET, text, SIGN_IN, NOW)
    if (!read) throw new Error('It is not read.')
    const taken = await Promise.all([1, 2, 3, 4, 5].map(() => takeChallenge(control, read, NOW)))
    expect(taken.filter(Boolean)).toHaveLength(1)
    const later = { ...read, challenge: 'another', expiresAt: NOW + 10 * CHALLENGE_MS }
    expect(await takeChallenge(control, later, NOW + 2 * CHALLENGE_MS)).toBe(true)
    expect(await usedOnes()).toBe(1)
  })
})

describe('a passkey’s answer', () => {
  test('proves whose it is, once', async () => {
    const send = await answered(5)
    expect(await send()).toEqual({ kind: 'proven', userId: 'usr_ada' })
    expect(await send()).toMatchObject({ kind: 'refused' })
  })

  test('that does not count proves once too', async () => {
    await database.control.execute('UPDATE passkeys SET counter = 0')
    const send = await answered(0)
    expect((await send()).kind).toBe('proven')
    expect(await send()).toEqual({ kind: 'refused', reason: 'The challenge was used.' })
    expect((await (await answered(0))()).kind).toBe('proven')
  })

  test('proves once of five at the same moment', async () => {
    await database.control.execute('UPDATE passkeys SET counter = 0')
    const send = await answered(0)
    const proven = await Promise.all([1, 2, 3, 4, 5].map(() => send()))
    expect(proven.filter(({ kind }) => kind === 'proven')).toHaveLength(1)
  })

  test('of a copy is refused when both count to the same', async () => {
    await database.control.execute('UPDATE passkeys SET counter = 10')
    const answers = await Promise.all([answered(11), answered(11)])
    const proven = await Promise.all(answers.map((send) => send()))
    expect(proven.map(({ kind }) => kind).sort()).toEqual(['proven', 'refused'])
  })

  test('that is wrong writes nothing, so that strangers fill no store', async () => {
    const before = await usedOnes()
    const send = await answered(50)
    const elsewhere = { issuer: 'https://evil.example' }
    for (const wrong of [
      elsewhere,
      { cookie: null },
      { credential: 'no JSON' },
      { now: NOW * 2 },
    ]) {
      expect((await send(wrong)).kind).toBe('refused')
    }
    const use = { kind: 'confirm' as const, sessionId: 'ses_1' }
    expect((await send({ use })).kind).toBe('refused')
    expect(await usedOnes()).toBe(before)
    expect((await send()).kind).toBe('proven')
  })

  test('of a passkey that was removed meanwhile proves nothing', async () => {
    const send = await answered(100)
    await database.control.execute('DELETE FROM passkeys')
    expect((await send()).kind).toBe('refused')
  })
})
