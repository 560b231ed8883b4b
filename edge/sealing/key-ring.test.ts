import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { base64url } from './base64url.ts'
import { keyRing } from './key-ring.ts'
import { sealingKey } from './sealing.fixture.ts'

const [FIRST, SECOND] = [sealingKey('k1'), sealingKey('k2')]
const CANARY = FIRST.split(':')[1] ?? ''

test('the first key is the current one, and however they are separated all are read', async () => {
  const ring = await keyRing(`  ${SECOND}\n${FIRST}\t`)
  expect(ring.currentId).toBe('k2')
  expect([...ring.keys.keys()]).toEqual(['k2', 'k1'])
})

test('keys cannot be read back from what was read, nor are they in what is logged of it', async () => {
  const ring = await keyRing(FIRST)
  for (const key of ring.keys.values()) expect(key.extractable).toBe(false)
  const logged = inspect(ring, { depth: null, showHidden: true }) + JSON.stringify([...ring.keys])
  expect(logged).not.toContain(CANARY)
  expect(logged).not.toContain('k1---')
})

const cases: [string, string | undefined, string][] = [
  ['is not set', undefined, 'The secret SEALING_KEYS is not set.'],
  ['is blank', ' \n', 'The secret SEALING_KEYS is not set.'],
  ['has no id', CANARY, 'Key 1 of SEALING_KEYS is not of the form id:key.'],
  ['has three parts', `${FIRST}:x`, 'Key 1 of SEALING_KEYS is not of the form id:key.'],
  [
    'has id and key the wrong way round',
    `${FIRST} ${CANARY}:k2`,
    'Key 2 of SEALING_KEYS has an id that is not 1 to 32 letters, digits, - or _.',
  ],
  [
    'has a key in ordinary base64',
    `${FIRST} k2:${CANARY.slice(1)}=`,
    'Key 2 of SEALING_KEYS has a key that is not base64url without padding.',
  ],
  [
    'has a key with stray bits',
    `${FIRST} k2:${CANARY.slice(0, -1)}1`,
    'Key 2 of SEALING_KEYS has a key that is not base64url without padding.',
  ],
  [
    'has a key that is too short',
    `k1:${base64url(new Uint8Array(31))}`,
    'Key 1 of SEALING_KEYS has a key that is not of 32 bytes.',
  ],
  [
    'has a key that is too long',
    `k1:${base64url(new Uint8Array(33))}`,
    'Key 1 of SEALING_KEYS has a key that is not of 32 bytes.',
  ],
  [
    'has an id twice',
    `${FIRST} ${SECOND} ${FIRST}`,
    'Key 3 of SEALING_KEYS has the id of an earlier one.',
  ],
  [
    'has a key twice',
    `${FIRST} k9:${CANARY}`,
    'Key 2 of SEALING_KEYS is an earlier one under another id.',
  ],
]
test.each(cases)(
  'when SEALING_KEYS %s, that is said and the value is not',
  async (_, text, said) => {
    const error = await keyRing(text).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ kind: 'not_configured', reason: said })
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(CANARY.slice(0, 20))
  },
)
