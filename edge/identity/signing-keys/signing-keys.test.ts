import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ControlDatabase, controlDatabase } from '#tests/identity/control-database.ts'
import { isolateOver, sealingKey } from '../../sealing/sealing.fixture.ts'
import type { StoreClient } from '../../store/client.ts'
import { readSigningKeys, revokeTokenKeys, rotateSigningKey } from './key-store.ts'
import { ANNOUNCED_MS, REREAD_MS, STALE_TRUST_MS, TRUST_MS } from './key-times.ts'
import { keyId, type PublicJwk, type SigningPurpose } from './signing-key.ts'
import { SigningKeys } from './signing-keys.ts'

const KEYS = sealingKey('k1')
/** The store's clock runs on while that of the test stands. */
const STORE_AHEAD_MS = 10_000
const MESSAGE = new TextEncoder().encode('signed')

let database: ControlDatabase
let control: StoreClient
let now: number

beforeAll(async () => {
  database = await controlDatabase()
  control = database.control
})
afterAll(() => database.remove())
beforeEach(async () => {
  now = Date.now()
  await control.batch(['DELETE FROM signing_keys', 'DELETE FROM data_keys'], 'write')
})

const sealer = () => isolateOver(() => control, KEYS)

/** An isolate, how often it asked the store, what it warned of, and whether the store answers it. */
function isolate() {
  const warnings: string[] = []
  const seen = { reads: 0, away: false, warnings }
  const keys = new SigningKeys({
    async read(purpose) {
      seen.reads++
      if (seen.away) throw new Error('The store is away.')
      return readSigningKeys(control, sealer(), purpose, ({ kid }) => warnings.push(kid))
    },
    now: () => now,
  })
  return { keys, seen }
}

/** As if so much time had passed since everything that the store dates. */
const pass = (ms: number) =>
  control.execute({
    sql: 'UPDATE signing_keys SET created_at = created_at - ?1, retired_at = retired_at - ?1',
    args: [ms],
  })

const rotate = (purpose: SigningPurpose = 'access_token') =>
  rotateSigningKey(control, sealer(), purpose)

const verifies = async (signature: ArrayBuffer, { kty, crv, x }: PublicJwk) => {
  const key = await crypto.subtle.importKey('jwk', { kty, crv, x }, 'Ed25519', false, ['verify'])
  return crypto.subtle.verify('Ed25519', key, signature, MESSAGE)
}

const kidsOf = async (keys: SigningKeys, kid?: string) =>
  (await keys.verifying('access_token', kid)).map((key) => key.kid)

describe('signing keys', () => {
  test('are made at the first use; what is signed verifies by the published key of its id', async () => {
    const { keys } = isolate()
    const { kid, privateKey } = await keys.signing('access_token')
    const [jwk] = await keys.verifying('access_token')
    if (!jwk) throw new Error('No key was published.')
    expect(jwk).toEqual({ kty: 'OKP', crv: 'Ed25519', x: jwk.x, kid, use: 'sig', alg: 'EdDSA' })
    expect(await verifies(await crypto.subtle.sign('Ed25519', privateKey, MESSAGE), jwk)).toBe(true)
    await expect(crypto.subtle.exportKey('jwk', privateKey)).rejects.toThrow(/extractable/i)
  })

  test('of many isolates that need the first at the same moment, one remains', async () => {
    const kids = await Promise.all(
      Array.from({ length: 8 }, async () => (await isolate().keys.signing('access_token')).kid),
    )
    expect(new Set(kids).size).toBe(1)
    expect((await control.execute('SELECT * FROM signing_keys')).rows).toHaveLength(1)
  })

  test('of two purposes are two', async () => {
    const { keys } = isolate()
    const [token, anchor] = [await keys.signing('access_token'), await keys.signing('audit_anchor')]
    expect(token.kid).not.toBe(anchor.kid)
    expect(await kidsOf(keys)).toEqual([token.kid])
  })

  test('have the thumbprint of RFC 8037, A.3, as id', async () => {
    expect(await keyId('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')).toBe(
      'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    )
  })
})

describe('rotation', () => {
  test('announces the next key, then signs with it; the earlier one verifies as long as it may have signed', async () => {
    const first = await isolate().keys.signing('access_token')
    expect(await rotate()).toBeNull()
    await pass(ANNOUNCED_MS)
    const next = await rotate()
    expect((await isolate().keys.signing('access_token')).kid).toBe(first.kid)
    expect(await kidsOf(isolate().keys)).toEqual([first.kid, next])
    await pass(ANNOUNCED_MS + STORE_AHEAD_MS)
    expect((await isolate().keys.signing('access_token')).kid).toBe(next)
    expect(await kidsOf(isolate().keys)).toEqual([first.kid, next])
    await pass(7_200_000)
    expect(await kidsOf(isolate().keys)).toEqual([next])
  })

  test('by several at once makes one key', async () => {
    await isolate().keys.signing('access_token')
    await pass(ANNOUNCED_MS)
    const made = await Promise.all(Array.from({ length: 5 }, () => rotate()))
    expect(made.filter((kid) => kid !== null)).toHaveLength(1)
    expect((await control.execute('SELECT * FROM signing_keys')).rows).toHaveLength(2)
  })

  test('deletes what verifies no more, and never a key of anchors', async () => {
    for (const purpose of ['access_token', 'audit_anchor'] as const) {
      await isolate().keys.signing(purpose)
      for (const _ of [1, 2]) {
        await pass(10 * 86_400_000)
        await rotate(purpose)
      }
    }
    const { rows } = await control.execute(
      'SELECT purpose, count(*) AS n FROM signing_keys GROUP BY purpose ORDER BY purpose',
    )
    expect(rows.map((row) => [row.purpose, row.n])).toEqual([
      ['access_token', 2],
      ['audit_anchor', 3],
    ])
  })
})

describe('an isolate', () => {
  test('asks once in five minutes', async () => {
    const { keys, seen } = isolate()
    for (let i = 0; i < 5; i++) await keys.signing('access_token')
    expect(seen.reads).toBe(1)
    now += TRUST_MS
    await keys.signing('access_token')
    expect(seen.reads).toBe(2)
  })

  test('learns a new key at once when a signature names it', async () => {
    const { keys, seen } = isolate()
    const { kid } = await keys.signing('access_token')
    await pass(ANNOUNCED_MS)
    const next = await rotate()
    now += REREAD_MS
    expect(await kidsOf(keys, next ?? '')).toEqual([kid, next])
    expect(seen.reads).toBe(2)
  })

  test('asks once in ten seconds for whatever ids are made up, also at the same moment', async () => {
    const { keys, seen } = isolate()
    await keys.signing('access_token')
    now += REREAD_MS
    await Promise.all(Array.from({ length: 50 }, (_, index) => kidsOf(keys, `made-up-${index}`)))
    expect(seen.reads).toBe(2)
    now += REREAD_MS
    for (let i = 0; i < 50; i++) await kidsOf(keys, `made-up-again-${i}`)
    expect(seen.reads).toBe(3)
  })

  test('goes on with what it read while the store is away, asking now and then, and not for ever', async () => {
    const { keys, seen } = isolate()
    const { kid } = await keys.signing('access_token')
    seen.away = true
    now += TRUST_MS
    for (let i = 0; i < 5; i++) expect((await keys.signing('access_token')).kid).toBe(kid)
    expect(seen.reads).toBe(2)
    now += STALE_TRUST_MS
    await expect(keys.signing('access_token')).rejects.toThrow('The store is away.')
    seen.away = false
    expect((await keys.signing('access_token')).kid).toBe(kid)
  })
})

describe('who can write the store but has no sealing key', () => {
  const copyAs = (kid: string, purpose: SigningPurpose) =>
    control.execute({
      sql: `INSERT INTO signing_keys (kid, purpose, public_jwk, sealed_private_jwk, created_at, retired_at)
            SELECT ?, ?, public_jwk, sealed_private_jwk, 0, 1e15 FROM signing_keys LIMIT 1`,
      args: [kid, purpose],
    })

  test('cannot bring in a public key of their own', async () => {
    const { kid } = await isolate().keys.signing('access_token')
    const theirs = { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), kid }
    await control.execute({
      sql: 'UPDATE signing_keys SET public_jwk = ?',
      args: [JSON.stringify(theirs)],
    })
    const [published] = await isolate().keys.verifying('access_token')
    expect(published?.x).not.toBe(theirs.x)
    await copyAs('theirs', 'access_token')
    const { keys, seen } = isolate()
    expect(await kidsOf(keys)).toEqual([kid])
    expect(seen.warnings).toEqual(['theirs'])
  })

  test('cannot use a key for another purpose', async () => {
    const { kid } = await isolate().keys.signing('access_token')
    await control.execute(`UPDATE signing_keys SET purpose = 'audit_anchor'`)
    await expect(isolate().keys.verifying('audit_anchor')).rejects.toThrow('another purpose')
    expect(await kidsOf(isolate().keys)).not.toContain(kid)
  })
})

describe('keys of access tokens that leaked', () => {
  test('verify nothing once an isolate has met a token of the new key, or five minutes have passed', async () => {
    const [met, idle] = [isolate(), isolate()]
    const leaked = (await met.keys.signing('access_token')).kid
    await idle.keys.signing('access_token')
    const next = await revokeTokenKeys(control, sealer())
    now += REREAD_MS
    expect(await kidsOf(met.keys, next)).toEqual([next])
    expect(await kidsOf(idle.keys, leaked)).toEqual([leaked])
    now += TRUST_MS
    expect(await kidsOf(idle.keys, leaked)).toEqual([next])
    expect((await idle.keys.signing('access_token')).kid).toBe(next)
  })

  test('go also where the next one was being announced, and no anchor loses its key', async () => {
    const { keys } = isolate()
    const anchors = (await keys.signing('audit_anchor')).kid
    await keys.signing('access_token')
    await pass(ANNOUNCED_MS)
    await rotate()
    const next = await revokeTokenKeys(control, sealer())
    const { rows } = await control.execute('SELECT kid FROM signing_keys ORDER BY purpose')
    expect(rows.map(({ kid }) => kid)).toEqual([next, anchors])
  })

  test('are taken away by several at once: one new key remains', async () => {
    await isolate().keys.signing('access_token')
    await Promise.all([1, 2, 3].map(() => revokeTokenKeys(control, sealer())))
    const { rows } = await control.execute('SELECT kid FROM signing_keys')
    expect(rows).toHaveLength(1)
  })
})
