import type { StreamRequest } from './protocol.ts'

/**
 * What a test may do to one HTTP request. Statements are counted from 0 over the whole request, in
 * order: an `execute` is one, each step of a `batch` is one (skipped or not), each statement of a
 * `sequence` is one.
 */
export type Fault =
  | { kind: 'pass' }
  /** Answers 503; nothing of the request has run. */
  | { kind: 'refuse' }
  /**
   * Cuts the connection before that statement runs. The stream is closed, so an open transaction
   * is rolled back; statements before it that ran outside a transaction stay committed. A step
   * beyond the last statement cuts after everything ran.
   */
  | { kind: 'cut_before_step'; step: number }
  /** Runs everything, commits included, and cuts the connection instead of answering. */
  | { kind: 'cut_after_commit' }

/** Hooks of a test into a server in its own process; there is no way to them over the network. */
export interface Faults {
  /** Asked once for each pipeline or cursor request, before anything runs. May be slow. */
  onRequest(database: string, requests: readonly StreamRequest[]): Fault | Promise<Fault>
}

/** Thrown where a fault cuts the connection; the request is never answered. */
export class ConnectionCut extends Error {
  constructor() {
    super('a fault cut the connection')
    this.name = 'ConnectionCut'
  }
}

/** Counts the statements of one request and stops before the one a fault names. */
export class StepGate {
  readonly #cutBefore: number
  #passed = 0

  constructor(fault: Fault) {
    this.#cutBefore = fault.kind === 'cut_before_step' ? fault.step : Number.POSITIVE_INFINITY
  }

  /** @throws ConnectionCut */
  pass(): void {
    if (this.#passed >= this.#cutBefore) throw new ConnectionCut()
    this.#passed += 1
  }
}

/**
 * The SQL of a request's `execute` and `batch` statements, in order, stored texts resolved where
 * the same request stores them; a `sequence` gives its whole text. For tests that pick a request.
 */
export function requestedSql(requests: readonly StreamRequest[]): string[] {
  const stored = new Map<number, string>()
  const textOf = (reference: { sql?: string | null; sql_id?: number | null }): string =>
    reference.sql ?? stored.get(reference.sql_id ?? Number.NaN) ?? ''
  return requests.flatMap((request) => {
    switch (request.type) {
      case 'store_sql':
        stored.set(request.sql_id, request.sql)
        return []
      case 'execute':
        return [textOf(request.stmt)]
      case 'batch':
        return request.batch.steps.map((step) => textOf(step.stmt))
      case 'sequence':
        return [textOf(request)]
      default:
        return []
    }
  })
}
