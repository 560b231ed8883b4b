import type { Client, InArgs, InStatement, ResultSet } from '@libsql/client/web'
import captureSchema from '../../migrations/workspace/0001_capture.sql?raw'
import shadowScores from '../../migrations/workspace/0005_shadow_scores.sql?raw'

/**
 * A workspace's database on the SQLite of a test's own object, because a test in workerd has no other:
 * the statements and their transactions are real, the network is not.
 */
export class StoreInStorage implements Client {
  readonly protocol = 'http'
  readonly closed = false
  readonly sql: SqlStorage
  readonly #storage: DurableObjectStorage
  /** Runs before each batch, to let something happen meanwhile or to cut the connection. */
  beforeBatch: () => Promise<void> = async () => {}

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
    this.sql = storage.sql
    this.sql.exec(captureSchema)
    this.sql.exec(shadowScores)
  }

  async execute(statement: InStatement | string, args?: InArgs): Promise<ResultSet> {
    return this.#run(typeof statement === 'string' ? { sql: statement, args } : statement)
  }

  async batch(statements: (InStatement | [string, InArgs?])[]): Promise<ResultSet[]> {
    await this.beforeBatch()
    return this.#storage.transactionSync(() =>
      statements.map((statement) =>
        this.#run(Array.isArray(statement) ? { sql: statement[0], args: statement[1] } : statement),
      ),
    )
  }

  #run(statement: InStatement): ResultSet {
    const { sql, args } = typeof statement === 'string' ? { sql: statement, args: [] } : statement
    if (args !== undefined && !Array.isArray(args)) throw new Error('Arguments go by position.')
    const bindings = (args ?? []).map((value): SqlStorageValue => {
      if (typeof value === 'string' || typeof value === 'number' || value === null) return value
      throw new Error(`No binding for ${typeof value}.`)
    })
    const cursor = this.sql.exec(sql, ...bindings)
    const rows = cursor.toArray().map((row) => Object.assign(row, { length: 0 }))
    return {
      columns: cursor.columnNames,
      columnTypes: [],
      rows,
      rowsAffected: cursor.rowsWritten,
      lastInsertRowid: undefined,
      toJSON: () => rows,
    }
  }

  migrate(): never {
    throw new Error('Not for tests.')
  }

  transaction(): never {
    throw new Error('Not for tests.')
  }

  executeMultiple(): never {
    throw new Error('Not for tests.')
  }

  sync(): never {
    throw new Error('Not for tests.')
  }

  reconnect(): void {}

  close(): void {}
}
