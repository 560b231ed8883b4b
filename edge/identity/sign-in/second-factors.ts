import type { InStatement } from '@libsql/client'
import type { SealContext } from '../../sealing/sealed-columns.ts'
import type { Sealer } from '../../sealing/sealer.ts'
import type { StoreClient } from '../../store/client.ts'
import { recoveryCodeHash } from '../second-factor/recovery-codes.ts'
import { verifyTotp } from '../second-factor/totp.ts'
import type { SignInMethod } from '../sessions/methods.ts'

export interface Factors {
  hasTotp: boolean
  passkeys: { id: string; name: string; createdAt: number; lastUsedAt: number | null }[]
  recoveryCodesLeft: number
}

/** What somebody can prove themselves with, besides a password. */
export async function factorsOf(control: StoreClient, userId: string): Promise<Factors> {
  const [totp, passkeys, codes] = await control.batch(
    [
      {
        sql: 'SELECT 1 FROM totp_factors WHERE user_id = ? AND confirmed_at IS NOT NULL',
        args: [userId],
      },
      {
        sql: 'SELECT credential_id, name, created_at, last_used_at FROM passkeys WHERE user_id = ? ORDER BY created_at',
        args: [userId],
      },
      {
        sql: 'SELECT count(*) AS left FROM recovery_codes WHERE user_id = ? AND used_at IS NULL',
        args: [userId],
      },
    ],
    'read',
  )
  return {
    hasTotp: (totp?.rows.length ?? 0) > 0,
    passkeys: (passkeys?.rows ?? []).map((row) => ({
      id: String(row.credential_id),
      name: String(row.name),
      createdAt: Number(row.created_at),
      lastUsedAt: row.last_used_at === null ? null : Number(row.last_used_at),
    })),
    recoveryCodesLeft: Number(codes?.rows[0]?.left ?? 0),
  }
}

/** Whether a sign-in by password needs one of them. */
export function hasFactor({ hasTotp, passkeys }: Factors): boolean {
  return hasTotp || passkeys.length > 0
}

/** Where a TOTP secret is sealed. */
export function totpContext(userId: string): SealContext {
  return { workspaceId: null, table: 'totp_factors', column: 'sealed_secret', row: userId }
}

/**
 * Takes a code of the authenticator app, or a recovery code. Each counts once, also of two requests at the
 * same moment: the store decides.
 *
 * @returns which of them it was; null where it is neither, or was used
 */
export async function takeCode(
  control: StoreClient,
  sealer: Sealer,
  userId: string,
  code: string,
  now: number,
): Promise<SignInMethod | null> {
  const { rows } = await control.execute({
    sql: 'SELECT sealed_secret, last_step FROM totp_factors WHERE user_id = ? AND confirmed_at IS NOT NULL',
    args: [userId],
  })
  const row = rows[0]
  if (row && /^[\d\s]+$/.test(code)) {
    const secret = await sealer.open(totpContext(userId), String(row.sealed_secret))
    const checked = verifyTotp({ secret, code, nowMs: now, lastStep: Number(row.last_step) })
    if (checked.kind !== 'right') return null
    const taken = await control.execute(stepTaken(userId, checked.step))
    return taken.rowsAffected === 1 ? 'totp' : null
  }
  const used = await control.execute({
    sql: 'UPDATE recovery_codes SET used_at = ? WHERE user_id = ? AND code_hash = ? AND used_at IS NULL',
    args: [now, userId, await recoveryCodeHash(userId, code)],
  })
  return used.rowsAffected === 1 ? 'recovery_code' : null
}

/** RFC 6238, 5.2: a step's code is not taken a second time. */
function stepTaken(userId: string, step: number): InStatement {
  return {
    sql: 'UPDATE totp_factors SET last_step = ? WHERE user_id = ? AND last_step < ?',
    args: [step, userId, step],
  }
}
