import { LibsqlError } from '@libsql/client'

const DAMAGED = new Set(['SQLITE_NOTADB', 'SQLITE_CORRUPT', 'SQLITE_CANTOPEN'])

/** A database whose file is not one, or not one any more. */
export class DamagedDatabase extends Error {
  override readonly name = 'DamagedDatabase'
  readonly database: string
  readonly code: string

  constructor(database: string, cause: LibsqlError) {
    super(`The database ${database} is damaged (${cause.code}).`, { cause })
    this.database = database
    this.code = cause.code
  }
}

/**
 * Does something with a database of the store.
 *
 * @throws DamagedDatabase in place of what the client says, which does not name the database
 */
export async function withDatabase<T>(database: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof LibsqlError) || !DAMAGED.has(error.code)) throw error
    throw new DamagedDatabase(database, error)
  }
}
