import type { InStatement } from '@libsql/client'
import type { Context } from 'hono'
import type { ApiEnv } from '../../api/api-app.ts'
import { page, readerOf } from '../pages/page.ts'
import { newRecoveryCodes, recoveryCodeHash } from '../second-factor/recovery-codes.ts'
import { factorsOf, hasFactor } from '../sign-in/second-factors.ts'
import type { AccountOwner } from './account-owner.ts'
import { changeFactors } from './change-factors.ts'
import { recoveryCodesBody } from './factor-pages.ts'

type Ctx = Context<ApiEnv>

/** Ten new recovery codes, and the statements that put them in place of all that there were. */
export async function newCodes(
  userId: string,
  now: number,
): Promise<{ codes: string[]; statements: InStatement[] }> {
  const codes = newRecoveryCodes()
  const hashes = await Promise.all(codes.map((code) => recoveryCodeHash(userId, code)))
  const statements = [
    { sql: 'DELETE FROM recovery_codes WHERE user_id = ?', args: [userId] },
    ...hashes.map((hash) => ({
      sql: 'INSERT INTO recovery_codes (user_id, code_hash, created_at) VALUES (?, ?, ?)',
      args: [userId, hash, now],
    })),
  ]
  return { codes, statements }
}

/** Shows codes, this once. */
export function codesPage(
  c: Ctx,
  codes: readonly string[],
  good: string | null,
): Promise<Response> {
  const reader = readerOf(c.req.raw)
  const body = recoveryCodesBody(reader, codes, good)
  return page(reader, { title: reader.words.recoveryCodes, body })
}

/**
 * Takes a factor away, and with the last one the recovery codes: they stand in for a factor, and where there
 * is none they would be a way in that nobody looks after.
 *
 * @returns what to tell the person, as a key of the words
 */
export async function withoutLastFactor(
  c: Ctx,
  owner: AccountOwner,
  gone: InStatement,
  after: Record<string, string>,
): Promise<'factorRemoved' | 'factorRemovedLast'> {
  const { userId } = owner.session
  const codesToo = {
    sql: `DELETE FROM recovery_codes WHERE user_id = ?1
      AND NOT EXISTS (SELECT 1 FROM passkeys WHERE user_id = ?1)
      AND NOT EXISTS (SELECT 1 FROM totp_factors WHERE user_id = ?1 AND confirmed_at IS NOT NULL)`,
    args: [userId],
  }
  await changeFactors(c, owner, [gone, codesToo], after)
  return hasFactor(await factorsOf(owner.control, userId)) ? 'factorRemoved' : 'factorRemovedLast'
}
