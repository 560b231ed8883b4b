import Engine from 'libsql'
import { NotCompiled, notCompiled, StatementError, statementErrorOf } from './engine-errors.ts'
import type { SqlValue } from './protocol.ts'
import type { SqlStatement } from './sql-statement.ts'
import { readStatements } from './sql-text.ts'
import { encodeColumns, encodeRow } from './value-encoding.ts'

/** Prepared statements kept by one connection; the least recently used goes first. */
const STATEMENTS_KEPT = 128

const CHANGES = readOne('SELECT changes()')
const LAST_INSERT_ROWID = readOne('SELECT last_insert_rowid()')
/** Any statement that opens the file makes SQLite compare the schema it remembers. */
const SCHEMA = readOne('SELECT 1 FROM sqlite_schema LIMIT 1')

function readOne(sql: string): SqlStatement {
  const [statement] = readStatements(sql)
  if (!statement) throw new Error(`not a statement: ${sql}`)
  return statement
}

type Prepared = { handle: Engine.Statement<unknown[]>; reader: boolean }

/** A statement's outcome, its rows already in their JSON form. */
export type StatementResult = {
  /** JSON array of `{name, decltype}`. */
  columns: string
  /** One JSON array of values a row. */
  rows: string[]
  affectedRowCount: number
  /** Decimal digits; `undefined` for anything but an INSERT. */
  lastInsertRowid: string | undefined
}

/** What a result may still take, in characters of JSON; shared by the statements of one request. */
export type ResponseBudget = { characters: number }

/**
 * One connection of the embedded engine. Every call is synchronous: it blocks the event loop until
 * the engine answers, which is why nothing here may ever wait for a lock (busy timeout 0).
 */
export class Connection {
  readonly #engine: Engine.Database
  readonly #prepared = new Map<string, Prepared>()
  #altered = false

  /** @throws StatementError when the file cannot be opened or is no database. */
  constructor(path: string) {
    try {
      this.#engine = new Engine(path)
      this.#engine.exec('PRAGMA busy_timeout=0; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
    } catch (thrown) {
      throw statementErrorOf(thrown)
    }
  }

  get inTransaction(): boolean {
    return this.#engine.inTransaction
  }

  /** True once a statement left a setting or a temporary table behind: not to be lent again. */
  get altered(): boolean {
    return this.#altered
  }

  /**
   * Runs one statement to its end.
   * @throws StatementError as the libSQL server words it, NotCompiled when nothing ran;
   *   RESPONSE_TOO_LARGE when the rows exceed the budget.
   */
  run(
    statement: SqlStatement,
    values: SqlValue[],
    wantRows: boolean,
    budget: ResponseBudget,
  ): StatementResult {
    this.#admit(statement)
    const prepared = this.#prepare(statement)
    try {
      if (!prepared.reader) return this.#change(prepared, statement, values)
      const rows = this.#read(prepared, values, wantRows, budget)
      // An EXPLAIN that gave its last row still counts as running, and VACUUM would refuse to run
      // beside it. `get` is what ends in a reset.
      if (statement.explains) prepared.handle.get([])
      return {
        // After the rows: a kept statement is compiled anew, with the columns of a changed
        // schema, only when it is stepped.
        columns: encodeColumns(prepared.handle.columns()),
        rows,
        affectedRowCount: statement.changesRows ? this.#changes() : 0,
        lastInsertRowid: statement.inserts ? this.#lastInsertRowid() : undefined,
      }
    } catch (thrown) {
      const error = statementErrorOf(thrown)
      if (error.code === 'SQLITE_BUSY') this.#endBusy(prepared)
      throw error
    }
  }

  /** The columns a statement would answer with; compiles it but does not run it. */
  describe(statement: SqlStatement): Engine.ColumnDefinition[] {
    this.#admit(statement)
    try {
      // Not a kept statement: that one learns of a changed schema only when it is stepped. Nor
      // does compiling a new one look whether another connection changed the schema.
      this.#scalar(SCHEMA)
      return this.#engine.prepare(statement.sql).columns()
    } catch (thrown) {
      throw statementErrorOf(thrown)
    }
  }

  rollback(): void {
    if (this.#engine.inTransaction) this.#engine.exec('ROLLBACK')
  }

  close(): void {
    this.rollback()
    this.#prepared.clear()
    this.#engine.close()
  }

  #admit(statement: SqlStatement): void {
    if (statement.refusal !== undefined) {
      throw new NotCompiled('BLOCKED', `Operation was blocked: ${statement.refusal}`)
    }
    if (statement.altersConnection) this.#altered = true
  }

  #prepare(statement: SqlStatement): Prepared {
    const { sql } = statement
    const kept = this.#prepared.get(sql)
    if (kept) {
      this.#prepared.delete(sql)
      this.#prepared.set(sql, kept)
      return kept
    }
    const handle = this.#compile(sql)
    const prepared = { handle, reader: handle.reader }
    handle.safeIntegers(true)
    if (prepared.reader) handle.raw(true)
    if (statement.reusable) {
      this.#prepared.set(sql, prepared)
      if (this.#prepared.size > STATEMENTS_KEPT) {
        const [oldest] = this.#prepared.keys()
        if (oldest !== undefined) this.#prepared.delete(oldest)
      }
    }
    return prepared
  }

  /**
   * Compiles a statement; a second time if it failed, once the schema is known to be current.
   * SQLite itself looks again for unknown names only, so a table that another connection made anew
   * would be "table t has 1 columns but 2 values were supplied".
   */
  #compile(sql: string): Engine.Statement<unknown[]> {
    try {
      return this.#engine.prepare<unknown[]>(sql)
    } catch (thrown) {
      if (sql === SCHEMA.sql) throw notCompiled(thrown)
    }
    try {
      this.#scalar(SCHEMA)
      return this.#engine.prepare<unknown[]>(sql)
    } catch (thrown) {
      throw notCompiled(thrown)
    }
  }

  #change(prepared: Prepared, statement: SqlStatement, values: SqlValue[]): StatementResult {
    const { changes, lastInsertRowid } = prepared.handle.run(values)
    return {
      columns: '[]',
      rows: [],
      affectedRowCount: statement.changesRows ? changes : 0,
      lastInsertRowid: !statement.inserts
        ? undefined
        : Number.isSafeInteger(lastInsertRowid)
          ? String(lastInsertRowid)
          : this.#lastInsertRowid(),
    }
  }

  #read(
    prepared: Prepared,
    values: SqlValue[],
    wantRows: boolean,
    budget: ResponseBudget,
  ): string[] {
    const rows: string[] = []
    const cursor = prepared.handle.iterate(values)
    for (let next = cursor.next(); next.done !== true; next = cursor.next()) {
      if (!wantRows) continue
      const row = encodeRow(next.value)
      budget.characters -= row.length + 1
      if (budget.characters < 0) {
        this.#abandon(cursor)
        throw new StatementError('RESPONSE_TOO_LARGE', 'Response is too large')
      }
      rows.push(row)
    }
    return rows
  }

  /**
   * Ends a half-read statement. Left alone it would keep its read snapshot until the garbage
   * collector finds it, and the write-ahead log could not be folded in meanwhile.
   */
  #abandon(cursor: Iterator<unknown>): void {
    // SQLite forgets an interrupt only when nothing runs on the connection: do not lend it on.
    this.#altered = true
    const interrupt: unknown = Reflect.get(this.#engine, 'interrupt')
    if (typeof interrupt === 'function') interrupt.call(this.#engine)
    try {
      while (cursor.next().done !== true);
    } catch {
      // The interrupt surfaces here as SQLITE_INTERRUPT: that is the end we asked for.
    }
  }

  /**
   * Ends a statement that failed with SQLITE_BUSY. SQLite leaves it ready to be stepped again, so
   * it would hold its read snapshot even past ROLLBACK, and the next borrower of the connection
   * would read the past. The engine's API has no reset; under query_only a repeated step fails
   * for good before it does anything.
   */
  #endBusy({ handle, reader }: Prepared): void {
    this.#engine.exec('PRAGMA query_only=ON')
    try {
      if (reader) this.#abandon(handle.iterate([]))
      else handle.run([])
    } catch {
      // SQLITE_READONLY: the end we asked for.
    } finally {
      this.#engine.exec('PRAGMA query_only=OFF')
    }
  }

  #changes(): number {
    return Number(this.#scalar(CHANGES))
  }

  /** Asked in SQL because `run()` gives it as a double, which is inexact from 2^53. */
  #lastInsertRowid(): string {
    return String(this.#scalar(LAST_INSERT_ROWID))
  }

  #scalar(statement: SqlStatement): unknown {
    const row = this.#prepare(statement).handle.get([])
    return Array.isArray(row) ? row[0] : undefined
  }
}
