import type { InStatement } from '@libsql/client'

/**
 * Gives one session of a person a name.
 *
 * @param name null takes it back
 */
export function nameSession(userId: string, id: string, name: string | null): InStatement {
  return {
    sql: 'UPDATE sessions SET given_name = ? WHERE id = ? AND user_id = ?',
    args: [name, id, userId],
  }
}
