import { expect, test } from 'vitest'
import { registrationOptions, verifyRegistration } from './register-passkey.ts'
import { authenticationOptions, verifyAuthentication } from './sign-in-with-passkey.ts'
import { FLAGS, SoftwareAuthenticator } from './software-authenticator.fixture.ts'

const ISSUER = 'https://edge.example.com'
const USER = { id: 'usr_ada', email: 'ada@engines.example', name: 'Ada Lovelace' }

test('the whole way works in workerd, and garbage is refused', async () => {
  const challenge = 'challenge'
  const options = await registrationOptions({ issuer: ISSUER, challenge, user: USER, known: [] })
  expect(options.rp.id).toBe('edge.example.com')
  const device = await SoftwareAuthenticator.create()
  const flags = FLAGS.present | FLAGS.verified
  const usual = { origin: ISSUER, rpId: 'edge.example.com', challenge, flags, counter: 1 }
  const response = await device.register({ ...usual, type: 'webauthn.create' })
  const made = await verifyRegistration({ issuer: ISSUER, challenge, response })
  if (made.kind !== 'right') throw new Error(made.reason)
  const passkey = { ...made.passkey, userId: USER.id }

  expect((await authenticationOptions({ issuer: ISSUER, challenge })).rpId).toBe('edge.example.com')
  const answer = await device.signIn({ ...usual, counter: 2, type: 'webauthn.get' }, USER.id)
  const check = (given: unknown) =>
    verifyAuthentication({ issuer: ISSUER, challenge, response: given, passkey })
  expect(await check(answer)).toEqual({ kind: 'right', counter: 2, backedUp: false })

  for (const garbage of [
    null,
    'x',
    {},
    { ...answer, response: { ...answer.response, signature: 'AAAA' } },
    { ...answer, response: { ...answer.response, authenticatorData: 'AAAA' } },
    { ...answer, response: { ...answer.response, clientDataJSON: 'AAAA' } },
  ]) {
    expect((await check(garbage)).kind).toBe('wrong')
  }
  const cut = { ...response, response: { ...response.response, attestationObject: 'o2Nm' } }
  expect((await verifyRegistration({ issuer: ISSUER, challenge, response: cut })).kind).toBe(
    'wrong',
  )
})
