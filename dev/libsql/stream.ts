import { bindValues } from './arguments.ts'
import type { Connection, ResponseBudget, StatementResult } from './connection.ts'
import type { Database } from './database.ts'
import { NotCompiled, StatementError } from './engine-errors.ts'
import type { Statement } from './protocol.ts'
import type { SqlStatement } from './sql-statement.ts'
import { statementsOf } from './statement-cache.ts'
import type { Writer } from './write-queue.ts'

/** A request that no correct client sends: the HTTP request fails as a whole, with status 400. */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ProtocolError'
  }
}

/** The libSQL server's bounds on SQL texts stored by one stream. */
const STORED_TEXTS_MAX = 50
const STORED_TEXT_BYTES_MAX = 5_000

/**
 * One Hrana stream: a connection of its own, its transaction, its stored SQL texts. It takes part
 * in the write queue as itself, so a transaction keeps its turn across HTTP requests.
 */
export class Stream implements Writer {
  readonly database: Database
  readonly #sqlTexts = new Map<number, string>()
  #connection: Connection | undefined
  #transactionLost = false
  #closed = false

  constructor(database: Database) {
    this.database = database
  }

  get closed(): boolean {
    return this.#closed
  }

  get autocommit(): boolean {
    return !this.#connection?.inTransaction
  }

  /** Others waited too long: the transaction is rolled back, and its owner learns it next time. */
  revoke(): void {
    this.#connection?.rollback()
    this.#transactionLost = true
  }

  /** @throws StatementError once after the transaction was taken away. */
  reportLostTransaction(): void {
    if (!this.#transactionLost) return
    this.#transactionLost = false
    throw new StatementError('TRANSACTION_TIMEOUT', 'Transaction timed out')
  }

  storeSql(id: number, sql: string): void {
    if (this.#sqlTexts.has(id)) throw new ProtocolError(`SQL text ${id} already exists`)
    if (this.#sqlTexts.size >= STORED_TEXTS_MAX) {
      throw new StatementError(
        'SQL_STORE_TOO_MANY',
        `The server already stores ${this.#sqlTexts.size} SQL texts, it cannot store more`,
      )
    }
    const bytes = Buffer.byteLength(sql)
    if (bytes > STORED_TEXT_BYTES_MAX) {
      throw new StatementError(
        'SQL_STORE_TOO_LARGE',
        `The statement is too large to be stored: ${bytes} of ${STORED_TEXT_BYTES_MAX} bytes`,
      )
    }
    this.#sqlTexts.set(id, sql)
  }

  closeSql(id: number): void {
    this.#sqlTexts.delete(id)
  }

  /** The text a request names, given in full or by the id it was stored under. */
  sqlText(reference: { sql?: string | null; sql_id?: number | null }): string {
    const { sql, sql_id: id } = reference
    if (typeof sql === 'string') {
      if (typeof id === 'number') {
        throw new ProtocolError('Either `sql` or `sql_id` are required, but not both')
      }
      return sql
    }
    if (typeof id !== 'number') throw new ProtocolError('Either `sql` or `sql_id` are required')
    const stored = this.#sqlTexts.get(id)
    if (stored === undefined) throw new ProtocolError(`SQL text ${id} not found`)
    return stored
  }

  /** The single statement of a request. @throws StatementError when the text has none or several. */
  singleStatement(reference: { sql?: string | null; sql_id?: number | null }): SqlStatement {
    const [statement, ...more] = statementsOf(this.sqlText(reference))
    if (!statement) {
      throw new StatementError('SQL_NO_STATEMENT', 'SQL string does not contain any statement')
    }
    if (more.length > 0) {
      throw new StatementError('SQL_MANY_STATEMENTS', 'SQL string contains more than one statement')
    }
    return statement
  }

  /**
   * Runs one statement, after waiting for the write lock where it needs it. The lock stays with
   * the stream as long as its transaction is open.
   * @throws StatementError SQLITE_BUSY when another writer kept the lock too long.
   */
  async run(
    statement: SqlStatement,
    request: Pick<Statement, 'args' | 'named_args' | 'want_rows'>,
    budget: ResponseBudget,
  ): Promise<StatementResult> {
    const values = bindValues(statement.params, request)
    const queue = this.database.writeQueue
    const held = queue.holds(this)
    if (statement.writes && !held && !(await queue.acquire(this))) {
      throw new StatementError('SQLITE_BUSY', 'SQLite error: database is locked')
    }
    try {
      return this.connection.run(statement, values, request.want_rows ?? true, budget)
    } catch (error) {
      if (!held && tookNoLock(error)) queue.release(this)
      throw error
    } finally {
      if (this.autocommit) queue.release(this)
    }
  }

  get connection(): Connection {
    if (this.#closed) throw new ProtocolError('Stream for this baton was closed')
    this.#connection ??= this.database.lend()
    return this.#connection
  }

  /** Rolls back what is open, lets the next writer go on and gives the connection back. */
  close(): void {
    this.#closed = true
    if (this.#connection) this.database.takeBack(this.#connection)
    this.#connection = undefined
    this.database.writeQueue.release(this)
  }
}

/**
 * True for a failed write that left its transaction a reader: it did not compile, or the snapshot
 * is out of date, so that it cannot become a writer. Others must not wait for it.
 */
function tookNoLock(error: unknown): boolean {
  return (
    error instanceof NotCompiled ||
    (error instanceof StatementError && error.code === 'SQLITE_BUSY')
  )
}
