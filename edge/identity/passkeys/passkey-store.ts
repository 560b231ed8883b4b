import type { InStatement } from '@libsql/client'
import { z } from 'zod'
import type { StoreClient } from '../../store/client.ts'
import type { NewPasskey } from './register-passkey.ts'

const Transports = z.array(z.string())

export interface StoredPasskey {
  credentialId: string
  userId: string
  publicKey: string
  counter: number
}

/** The passkey that an answer names; null where there is none such. */
export async function passkeyById(
  control: StoreClient,
  credentialId: string,
): Promise<StoredPasskey | null> {
  const { rows } = await control.execute({
    sql: 'SELECT user_id, public_key, counter FROM passkeys WHERE credential_id = ?',
    args: [credentialId],
  })
  const row = rows[0]
  if (!row) return null
  return {
    credentialId,
    userId: String(row.user_id),
    publicKey: String(row.public_key),
    counter: Number(row.counter),
  }
}

/** Those that somebody has, as a browser wants to hear of them before it makes another. */
export async function passkeysOf(
  control: StoreClient,
  userId: string,
): Promise<{ credentialId: string; transports: string[] }[]> {
  const { rows } = await control.execute({
    sql: 'SELECT credential_id, transports FROM passkeys WHERE user_id = ?',
    args: [userId],
  })
  return rows.map((row) => ({
    credentialId: String(row.credential_id),
    transports: Transports.parse(JSON.parse(String(row.transports))),
  }))
}

/** Fails the whole batch where the credential is there already, whoever has it. */
export function insertPasskey(
  userId: string,
  passkey: NewPasskey,
  name: string,
  now: number,
): InStatement {
  const { credentialId, publicKey, counter, transports, backedUp } = passkey
  return {
    sql: `INSERT INTO passkeys (credential_id, user_id, public_key, counter, transports, name, backed_up, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      credentialId,
      userId,
      publicKey,
      counter,
      JSON.stringify(transports),
      name,
      backedUp ? 1 : 0,
      now,
    ],
  }
}

/** Gives a passkey of a person another name. */
export function renamePasskey(userId: string, credentialId: string, name: string): InStatement {
  return {
    sql: 'UPDATE passkeys SET name = ? WHERE credential_id = ? AND user_id = ?',
    args: [name, credentialId, userId],
  }
}

/**
 * Notes that a passkey was used.
 *
 * @returns false where it was removed meanwhile, or where another answer with this count was faster: of a
 *   passkey that counts, one of the two is a copy
 */
export async function passkeyUsed(
  control: StoreClient,
  credentialId: string,
  { counter, backedUp }: { counter: number; backedUp: boolean },
  now: number,
): Promise<boolean> {
  const used = await control.execute({
    sql: `UPDATE passkeys SET counter = ?1, backed_up = ?2, last_used_at = ?3
      WHERE credential_id = ?4 AND (counter < ?1 OR (counter = 0 AND ?1 = 0))`,
    args: [counter, backedUp ? 1 : 0, now, credentialId],
  })
  return used.rowsAffected === 1
}
