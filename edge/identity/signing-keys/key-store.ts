import { STORE_NOW } from '../../sealing/data-keys.ts'
import type { SealContext } from '../../sealing/sealed-columns.ts'
import type { Sealer } from '../../sealing/sealer.ts'
import type { WebCryptoKey } from '../../sealing/webcrypto-key.ts'
import type { StoreClient } from '../../store/client.ts'
import { ANNOUNCED_MS, type TRUST_MS, VERIFIES_MS } from './key-times.ts'
import {
  generateSigningKey,
  importPrivate,
  keyId,
  type PublicJwk,
  publicJwk,
  SealedSigningKey,
  type SigningPurpose,
} from './signing-key.ts'

export interface StoredSigningKey {
  kid: string
  publicJwk: PublicJwk
  privateKey: WebCryptoKey
  createdAt: number
  retiredAt: number | null
}

/** Retired keys that verify no more stay a little: a clock may be behind. */
const KEPT_MS = 86_400_000

const placeOf = (kid: string): SealContext => ({
  workspaceId: null,
  table: 'signing_keys',
  column: 'sealed_private_jwk',
  row: kid,
})

const selectKeys = (purpose: SigningPurpose) => ({
  sql: `SELECT kid, sealed_private_jwk, created_at, retired_at FROM signing_keys
        WHERE purpose = ? ORDER BY created_at, kid`,
  args: [purpose],
})

/** Only where the purpose has no newest one: of any number who do this at once, one key remains. */
async function insertIfNone(sealer: Sealer, purpose: SigningPurpose) {
  const key = await generateSigningKey(purpose)
  const jwk = await publicJwk(key.x)
  return {
    sql: `INSERT INTO signing_keys (kid, purpose, public_jwk, sealed_private_jwk, created_at)
          SELECT ?1, ?2, ?3, ?4, ${STORE_NOW} WHERE NOT EXISTS
            (SELECT 1 FROM signing_keys WHERE purpose = ?2 AND retired_at IS NULL)`,
    args: [
      jwk.kid,
      purpose,
      JSON.stringify(jwk),
      await sealer.seal(placeOf(jwk.kid), JSON.stringify(key)),
    ],
  }
}

/**
 * Every key of a purpose, the first made when it is first needed. A row that was not sealed here for this
 * purpose and id is left out and told of: it is somebody's who could write the store.
 *
 * @param warn what is wrong with a row
 * @throws what the control database throws; SealError when no key of the purpose opens
 */
export async function readSigningKeys(
  control: StoreClient,
  sealer: Sealer,
  purpose: SigningPurpose,
  warn: (what: { event: string; kid: string; reason: string }) => void,
): Promise<StoredSigningKey[]> {
  let { rows } = await control.execute(selectKeys(purpose))
  if (!rows.some((row) => row.retired_at === null)) {
    const insert = await insertIfNone(sealer, purpose)
    const [, after] = await control.batch([insert, selectKeys(purpose)], 'write')
    rows = after?.rows ?? []
  }
  const keys: StoredSigningKey[] = []
  let failure: unknown = null
  for (const row of rows) {
    const kid = String(row.kid)
    try {
      const opened = await sealer.open(placeOf(kid), String(row.sealed_private_jwk))
      const key = SealedSigningKey.parse(JSON.parse(opened))
      if (key.purpose !== purpose || (await keyId(key.x)) !== kid) {
        throw new TypeError('It was made for another purpose or id.')
      }
      keys.push({
        kid,
        publicJwk: await publicJwk(key.x),
        privateKey: await importPrivate(key),
        createdAt: Number(row.created_at),
        retiredAt: row.retired_at === null ? null : Number(row.retired_at),
      })
    } catch (error) {
      failure ??= error
      warn({ event: 'signing_key_unusable', kid, reason: String(error) })
    }
  }
  if (keys.length === 0) throw failure
  return keys
}

/**
 * Makes the next key of a purpose, which signs after it was announced for {@link ANNOUNCED_MS}. Where the
 * newest is younger than that nothing is done, so that repeating it is harmless.
 *
 * @returns the new key's id, or null
 * @throws SealError; what the control database throws
 */
export async function rotateSigningKey(
  control: StoreClient,
  sealer: Sealer,
  purpose: SigningPurpose,
): Promise<string | null> {
  const { rows } = await control.execute({
    sql: `SELECT kid FROM signing_keys WHERE purpose = ? AND retired_at IS NULL
          AND created_at <= ${STORE_NOW} - ?`,
    args: [purpose, ANNOUNCED_MS],
  })
  const [newest] = rows
  if (!newest) return null
  const insert = await insertIfNone(sealer, purpose)
  const [, inserted] = await control.batch(
    [
      {
        sql: `UPDATE signing_keys SET retired_at = ${STORE_NOW} + ? WHERE kid = ? AND retired_at IS NULL`,
        args: [ANNOUNCED_MS, String(newest.kid)],
      },
      insert,
      ...(Number.isFinite(VERIFIES_MS[purpose])
        ? [
            {
              sql: `DELETE FROM signing_keys WHERE purpose = ? AND retired_at < ${STORE_NOW} - ?`,
              args: [purpose, VERIFIES_MS[purpose] + KEPT_MS],
            },
          ]
        : []),
    ],
    'write',
  )
  return inserted?.rowsAffected === 1 ? String(insert.args[0]) : null
}

/**
 * Takes all keys of access tokens away at once and makes a new one, for keys that may have leaked. What they
 * signed is refused as soon as an isolate reads the keys again, within {@link TRUST_MS}; until then an
 * isolate may go on signing with them, and its tokens are refused by others.
 *
 * @returns the new key's id
 * @throws SealError; what the control database throws, and then nothing was taken away
 */
export async function revokeTokenKeys(control: StoreClient, sealer: Sealer): Promise<string> {
  const insert = await insertIfNone(sealer, 'access_token')
  await control.batch(
    [{ sql: "DELETE FROM signing_keys WHERE purpose = 'access_token'", args: [] }, insert],
    'write',
  )
  return String(insert.args[0])
}
