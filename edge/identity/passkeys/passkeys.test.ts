import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { credentialIdOf } from './passkey-responses.ts'
import { type NewPasskey, registrationOptions, verifyRegistration } from './register-passkey.ts'
import { authenticationOptions, verifyAuthentication } from './sign-in-with-passkey.ts'
import {
  type Circumstances,
  FLAGS,
  SoftwareAuthenticator,
} from './software-authenticator.fixture.ts'

const ISSUER = 'https://edge.example.com'
const ADA = { id: 'usr_ada', email: 'ada@engines.example', name: 'Ada Lovelace' }
const USUAL = FLAGS.present | FLAGS.verified

const making: Circumstances = {
  origin: ISSUER,
  rpId: 'edge.example.com',
  challenge: 'challenge-1',
  flags: USUAL,
  counter: 0,
  type: 'webauthn.create',
}
const signingIn: Circumstances = { ...making, challenge: 'challenge-2', type: 'webauthn.get' }

let device: SoftwareAuthenticator
let passkey: NewPasskey & { userId: string }

beforeAll(async () => {
  device = await SoftwareAuthenticator.create()
  passkey = { ...(await made(making)), userId: ADA.id }
})

async function made(circumstances: Circumstances): Promise<NewPasskey> {
  const check = await register(await device.register(circumstances))
  if (check.kind !== 'right') throw new Error(check.reason)
  return check.passkey
}

function register(response: unknown) {
  return verifyRegistration({ issuer: ISSUER, challenge: making.challenge, response })
}

function signIn(response: unknown, changes: Partial<typeof passkey> = {}) {
  const { challenge } = signingIn
  return verifyAuthentication({
    issuer: ISSUER,
    challenge,
    response,
    passkey: { ...passkey, ...changes },
  })
}

describe('a passkey', () => {
  test('is asked for with what finds it without a name, and with finger, face or PIN', async () => {
    const known = [{ credentialId: passkey.credentialId, transports: ['internal'] }]
    const asked = { issuer: ISSUER, challenge: 'challenge-1', user: ADA, known }
    expect(await registrationOptions(asked)).toMatchObject({
      challenge: 'Y2hhbGxlbmdlLTE',
      rp: { id: 'edge.example.com', name: 'Edgewise' },
      user: { id: btoa('usr_ada').replace(/=+$/, ''), name: ADA.email, displayName: ADA.name },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [{ id: passkey.credentialId }],
      pubKeyCredParams: [{ alg: -8 }, { alg: -7 }, { alg: -257 }],
    })
  })

  test('becomes a record of its public key', () => {
    expect(passkey).toEqual({
      userId: ADA.id,
      credentialId: device.id,
      publicKey: expect.stringMatching(/^[\w-]{100,}$/),
      counter: 0,
      transports: ['internal'],
      backedUp: false,
    })
  })

  test('of a provider is one that survives the loss of a device', async () => {
    const flags = USUAL | FLAGS.backupEligible | FLAGS.backedUp
    expect((await made({ ...making, flags })).backedUp).toBe(true)
  })

  test('signs in, and its count is to be stored', async () => {
    const { challenge } = signingIn
    const options = await authenticationOptions({ issuer: ISSUER, challenge })
    expect(options).toMatchObject({ rpId: 'edge.example.com', userVerification: 'required' })
    expect(options.allowCredentials ?? []).toEqual([])
    const answer = await device.signIn({ ...signingIn, counter: 7 }, ADA.id)
    expect(credentialIdOf(answer)).toBe(passkey.credentialId)
    expect(await signIn(answer)).toEqual({ kind: 'right', counter: 7, backedUp: false })
  })

  test('that counts must count up, and one that does not count stays at 0', async () => {
    const at = async (counter: number) => device.signIn({ ...signingIn, counter })
    expect((await signIn(await at(8), { counter: 7 })).kind).toBe('right')
    expect((await signIn(await at(7), { counter: 7 })).kind).toBe('wrong')
    expect((await signIn(await at(6), { counter: 7 })).kind).toBe('wrong')
    expect((await signIn(await at(0), { counter: 7 })).kind).toBe('wrong')
    expect((await signIn(await at(0), { counter: 0 })).kind).toBe('right')
  })

  test('does not sign in somebody else', async () => {
    const other = await SoftwareAuthenticator.create()
    const forged = { ...(await other.signIn(signingIn)), id: device.id, rawId: device.id }
    expect((await signIn(forged)).kind).toBe('wrong')
    expect((await signIn(await other.signIn(signingIn))).kind).toBe('wrong')
    expect((await signIn(await device.signIn(signingIn, 'usr_bob'))).kind).toBe('wrong')
  })
})

const changes: Record<string, Partial<Circumstances>> = {
  'of another origin': { origin: 'https://evil.example' },
  'of another port': { origin: `${ISSUER}:8443` },
  'of a subdomain': { origin: 'https://x.edge.example.com' },
  'over http': { origin: 'http://edge.example.com' },
  'for another host': { rpId: 'example.com' },
  'to another challenge': { challenge: 'challenge-0' },
  'without finger, face or PIN': { flags: FLAGS.present },
  'without anybody present': { flags: FLAGS.verified },
  'of another purpose': { type: 'webauthn.other' },
}
for (const [why, change] of Object.entries(changes)) {
  test(`an answer ${why} is refused`, async () => {
    expect((await register(await device.register({ ...making, ...change }))).kind).toBe('wrong')
    expect((await signIn(await device.signIn({ ...signingIn, ...change }))).kind).toBe('wrong')
  })
}

test('an answer of one purpose does not serve for the other', async () => {
  expect((await register(await device.register({ ...making, type: 'webauthn.get' }))).kind).toBe(
    'wrong',
  )
  const create = await device.signIn({ ...signingIn, type: 'webauthn.create' })
  expect((await signIn(create)).kind).toBe('wrong')
})

test('a changed answer is refused, and nothing hostile throws', async () => {
  const answer = await device.signIn({ ...signingIn, counter: 7 })
  // In the signature r alone: of lengths in DER the decoder is lenient, and a challenge serves once.
  const spans = { clientDataJSON: [0, 60], authenticatorData: [0, 60], signature: [8, 40] } as const
  const place = fc
    .constantFrom(...(Object.keys(spans) as (keyof typeof spans)[]))
    .chain((field) => {
      const [min, max] = spans[field]
      return fc.tuple(fc.constant(field), fc.integer({ min, max }))
    })
  await fc.assert(
    fc.asyncProperty(place, fc.nat(63), async ([field, at], digit) => {
      const before = answer.response[field]
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      const changed = before.slice(0, at) + alphabet.charAt(digit) + before.slice(at + 1)
      fc.pre(changed !== before)
      const response = { ...answer.response, [field]: changed }
      expect((await signIn({ ...answer, response })).kind).toBe('wrong')
    }),
    { numRuns: 500 },
  )
  const text = fc.string({ unit: fc.constantFrom(...'AQgw0_-'), minLength: 1, maxLength: 40 })
  const shaped = fc.record({
    id: fc.constant(device.id),
    rawId: fc.constant(device.id),
    type: fc.constant('public-key'),
    response: fc.record({
      clientDataJSON: text,
      authenticatorData: text,
      attestationObject: text,
      signature: text,
    }),
  })
  await fc.assert(
    fc.asyncProperty(fc.oneof(shaped, fc.anything()), async (hostile) => {
      expect((await register(hostile)).kind).toBe('wrong')
      expect((await signIn(hostile)).kind).toBe('wrong')
    }),
  )
})

test('what is too long is refused before it is decoded', async () => {
  const answer = await device.signIn(signingIn)
  const response = { ...answer.response, signature: 'A'.repeat(8_193) }
  expect(credentialIdOf({ ...answer, response })).toBeNull()
  expect(await signIn({ ...answer, response })).toMatchObject({
    reason: 'The answer has another form.',
  })
})
