import type { InStatement } from '@libsql/client'
import type { StoreClient } from '../../store/client.ts'
import type { User } from '../people/users.ts'
import { companyDemands, companySignInDemanded } from '../sso/company-sign-in.ts'

interface Condition {
  sql: string
  args: string[]
}

/**
 * Whether an account may be given a password. One that a company's sign-in made has none, and gets a first one
 * unless the company demands to be asked itself: a password would be a second way in, for the day on which it
 * demands no more. Whoever has one may renew it all the same: meanwhile it opens nothing, but shows at
 * `/sso/link` whose the account is.
 */
export async function mayHavePassword(
  control: StoreClient,
  { email, passwordHash }: Pick<User, 'email' | 'passwordHash'>,
): Promise<boolean> {
  return passwordHash !== null || !(await companySignInDemanded(control, email))
}

/** As {@link mayHavePassword}, at the moment of writing: it may change between a question and its answer. */
export function mayHavePasswordThen({ id, email }: Pick<User, 'id' | 'email'>): Condition {
  const demanded = companyDemands(email)
  return {
    sql: `(EXISTS (SELECT 1 FROM users WHERE id = ? AND password_hash IS NOT NULL) OR NOT ${demanded.sql})`,
    args: [id, ...demanded.args],
  }
}

/** Gives an account its first password; nothing where it has one by now, or may have none. */
export function firstPassword({ id, email }: User, passwordHash: string): InStatement {
  const demanded = companyDemands(email)
  return {
    sql: `UPDATE users SET password_hash = ? WHERE id = ? AND password_hash IS NULL AND NOT ${demanded.sql}`,
    args: [passwordHash, id, ...demanded.args],
  }
}

/** Whether it was this request that set the password: a hash has a salt of its own. */
export function passwordIs(userId: string, passwordHash: string): Condition {
  return {
    sql: 'EXISTS (SELECT 1 FROM users WHERE id = ? AND password_hash = ?)',
    args: [userId, passwordHash],
  }
}
