import { scryptSync } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { hashPassword, verifyPassword } from './hash-password.ts'
import { parseScryptString, scryptString } from './scrypt-string.ts'

const PASSWORD = 'a horse in the kitchen'
const CHEAP = { logN: 10, r: 8, p: 1 }
const SALT = new TextEncoder().encode('0123456789abcdef')
const REFUSED = { ok: false, needsUpgrade: false }

let stored: string
beforeAll(async () => {
  stored = await hashPassword(PASSWORD)
})

/** A hash by another implementation of scrypt. */
function hashedElsewhere(password: string, cost = CHEAP, salt = SALT, bytes = 32): string {
  const { logN, r, p } = cost
  const options = { N: 2 ** logN, r, p, maxmem: 2 ** 28 }
  return scryptString({ cost, salt, key: scryptSync(password, salt, bytes, options) })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

describe('a password', () => {
  test('is stored as a PHC string with a salt of its own', async () => {
    expect(stored).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await hashPassword(PASSWORD)).not.toBe(stored)
  })

  test('is known again, and another one is not', async () => {
    expect(await verifyPassword(PASSWORD, stored)).toEqual({ ok: true, needsUpgrade: false })
    expect(await verifyPassword(`${PASSWORD} `, stored)).toEqual(REFUSED)
  })

  test('is hashed as another implementation of scrypt does it', () => {
    const parsed = parseScryptString(stored)
    expect(parsed).not.toBeNull()
    expect(hashedElsewhere(PASSWORD, parsed?.cost, parsed?.salt)).toBe(stored)
  })

  test('is the same however its characters were composed', async () => {
    const composed = hashedElsewhere('Zürich ﬁne'.normalize('NFKC'), CHEAP)
    expect((await verifyPassword('Zu\u0308rich ﬁne', composed)).ok).toBe(true)
    expect((await verifyPassword('Z\u00fcrich fine', composed)).ok).toBe(true)
    expect((await verifyPassword('Zurich fine', composed)).ok).toBe(false)
  })

  test('counts to its last character', async () => {
    const long = 'x'.repeat(1_023)
    const hashed = hashedElsewhere(`${long}a`, CHEAP)
    expect((await verifyPassword(`${long}a`, hashed)).ok).toBe(true)
    expect((await verifyPassword(`${long}b`, hashed)).ok).toBe(false)
    expect((await verifyPassword(long, hashed)).ok).toBe(false)
  })

  test('of more than 1,024 characters is refused without being hashed', async () => {
    await expect(hashPassword('x'.repeat(1_025))).rejects.toThrow('1024 characters')
    await expect(hashPassword('x'.repeat(5_000_000))).rejects.toThrow('1024 characters')
    const took = await timed(async () => {
      expect(await verifyPassword('x'.repeat(1_025), stored)).toEqual(REFUSED)
    })
    expect(took).toBeLessThan(await timed(() => verifyPassword('x', stored)))
  })

  test('may have 1,024 characters outside the basic plane', async () => {
    const party = '🎉'.repeat(1_024)
    expect((await verifyPassword(party, hashedElsewhere(party))).ok).toBe(true)
  })
})

describe('when there is nobody', () => {
  test('any password is refused', async () => {
    for (const password of ['', PASSWORD]) {
      expect(await verifyPassword(password, null)).toEqual(REFUSED)
    }
  })

  test('it takes about as long as with somebody', async () => {
    const somebody = await timed(() => verifyPassword('wrong', stored))
    const nobody = await timed(() => verifyPassword('wrong', null))
    // Without the work it is a thousandth.
    expect(nobody).toBeGreaterThan(somebody / 5)
  })
})

describe('a hash that was made elsewhere', () => {
  test('is taken with its own cost: the third example of RFC 7914, 12', async () => {
    const rfc = scryptString({
      cost: { logN: 14, r: 8, p: 1 },
      salt: new TextEncoder().encode('SodiumChloride'),
      key: Buffer.from(
        '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2' +
          'd5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
        'hex',
      ),
    })
    expect(await verifyPassword('pleaseletmein', rfc)).toEqual({ ok: true, needsUpgrade: true })
    expect(await verifyPassword('pleaseletmeout', rfc)).toEqual(REFUSED)
  })

  const weaker: [string, string][] = [
    ['less memory', hashedElsewhere(PASSWORD, { logN: 12, r: 8, p: 16 })],
    ['less work', hashedElsewhere(PASSWORD, { logN: 15, r: 8, p: 1 })],
    ['a short salt', hashedElsewhere(PASSWORD, { logN: 15, r: 8, p: 3 }, SALT.slice(0, 8))],
    ['a short key', hashedElsewhere(PASSWORD, { logN: 15, r: 8, p: 3 }, SALT, 16)],
  ]
  for (const [why, hash] of weaker) {
    test(`with ${why} is to be made anew, once the password was right`, async () => {
      expect(await verifyPassword(PASSWORD, hash)).toEqual({ ok: true, needsUpgrade: true })
    })
  }

  test('with 64 MiB is taken and stays', async () => {
    const strong = hashedElsewhere(PASSWORD, { logN: 16, r: 8, p: 2 })
    expect(await verifyPassword(PASSWORD, strong)).toEqual({ ok: true, needsUpgrade: false })
  })

  const unpayable: [string, string][] = [
    ['takes 128 MiB', hashedElsewhere(PASSWORD, { logN: 17, r: 8, p: 1 })],
    ['takes very long', '$scrypt$ln=15,r=8,p=99$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA'],
    ['costs nearly nothing', hashedElsewhere(PASSWORD, { logN: 4, r: 8, p: 1 })],
    ['has hardly a salt', hashedElsewhere(PASSWORD, CHEAP, SALT.slice(0, 4))],
    [
      'has blocks of no size',
      '$scrypt$ln=15,r=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
    ],
    ['is cut off', '$scrypt$ln=15,r=8,p=3$'],
    ['has an impossible length', '$scrypt$ln=10,r=8,p=1$AAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA'],
    ['is of another kind', '$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA'],
  ]
  for (const [why, hash] of unpayable) {
    test(`and ${why} is refused`, async () => {
      expect(await verifyPassword(PASSWORD, hash)).toEqual(REFUSED)
    })
  }
})

test('a PHC string says what went into it', () => {
  const bytes = (minLength: number) => fc.uint8Array({ minLength, maxLength: 64 })
  fc.assert(
    fc.property(fc.nat(99), fc.nat(99), fc.nat(99), bytes(1), bytes(1), (logN, r, p, salt, key) => {
      const parts = { cost: { logN, r, p }, salt, key }
      expect(parseScryptString(scryptString(parts))).toEqual(parts)
    }),
  )
})
