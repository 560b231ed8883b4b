import type { StoreClient } from '../store/client.ts'
import { classifyWriteFailure } from '../store/outcome.ts'
import {
  answerStatement,
  BATCH_KEY,
  drainStatements,
  duplicatesStatement,
  quarantineStatements,
  voidStatement,
} from './drain-statements.ts'
import { LedgerEntries } from './ledger.ts'
import { type LogRow, messageIdOf } from './log-entry.ts'
import type { Batch, LogStorage } from './log-storage.ts'

/** Past a thousand rows a statement gains little, and a batch must stay far below the store's time limit. */
export const DRAIN_BATCH_ROWS = 1_000
const DRAIN_BATCH_BYTES = 1_000_000

export interface DrainDeps {
  object: string
  log: LogStorage
  store: StoreClient
  now: () => number
  /** Runs synchronously in one storage transaction. */
  transaction: (work: () => void) => void
}

export type DrainStep =
  | { kind: 'empty' }
  | { kind: 'applied'; rows: number; epoch: string }
  /** The store is away or not ready: the same batch goes again later. */
  | { kind: 'waiting'; reason: string }
  /** The store refused some row; the batch was split or its last row quarantined. Go on at once. */
  | { kind: 'split' }

/**
 * Sends the oldest batch that is not confirmed, freezing a new one if there is none. An unknown
 * outcome changes nothing here: the next call sends the very same batch, and the store's key on
 * (object, seq) tells whether it had arrived.
 */
export async function drainStep(deps: DrainDeps): Promise<DrainStep> {
  const { log, object, store } = deps
  const next = nextBatch(log)
  if (!next) return { kind: 'empty' }
  const { batch, rows } = next
  try {
    const results = await store.batch(drainStatements(object, batch.seq, rows, deps.now()), 'write')
    return await confirm(deps, batch, rows, results.at(-1)?.rows[0])
  } catch (error) {
    const failure = classifyWriteFailure(error, BATCH_KEY)
    switch (failure.kind) {
      case 'already_applied':
        return await readAnswer(deps, batch, rows)
      case 'refused_data':
        return await isolatePoison(deps, batch, rows, failure.message)
      case 'not_ready':
      case 'unknown':
        return { kind: 'waiting', reason: failure.message }
    }
  }
}

function nextBatch(log: LogStorage): { batch: Batch; rows: LogRow[] } | null {
  const frozen = log.nextFrozen()
  if (frozen) return { batch: frozen, rows: log.rowsOf(frozen) }
  const rows = log.read(log.frozenUpTo() + 1, DRAIN_BATCH_ROWS, DRAIN_BATCH_BYTES)
  const last = rows.at(-1)
  if (!last) return null
  return { batch: log.freeze(log.frozenUpTo() + 1, last.seq), rows }
}

async function readAnswer(deps: DrainDeps, batch: Batch, rows: LogRow[]): Promise<DrainStep> {
  try {
    const answer = await deps.store.execute(answerStatement(deps.object, batch.seq))
    return await confirm(deps, batch, rows, answer.rows[0])
  } catch (error) {
    return { kind: 'waiting', reason: String(error) }
  }
}

async function confirm(
  deps: DrainDeps,
  batch: Batch,
  rows: LogRow[],
  answer: Record<string, unknown> | undefined,
): Promise<DrainStep> {
  if (!answer)
    return { kind: 'waiting', reason: 'The store gave no answer for a batch it applied.' }
  const events = rows.filter((row) => row.kind === 'event')
  const outcome = readOutcome(answer, events.length)
  if (outcome === 'void') return splitLocally(deps, batch, rows)
  const duplicates = outcome === 'some_duplicates' ? await askDuplicates(deps, batch, rows) : null
  const entries = new LedgerEntries()
  for (const row of events) {
    if (outcome === 'quarantined') entries.add('quarantined', row.receivedAt)
    else entries.add(duplicates?.has(messageIdOf(row)) ? 'duplicate' : 'stored', row.receivedAt)
  }
  deps.transaction(() => deps.log.markApplied(batch, deps.now(), entries))
  return { kind: 'applied', rows: rows.length, epoch: String(answer.epoch) }
}

/** What the stored answer of a batch says about it; it may have been given to an earlier, lost try. */
function readOutcome(
  answer: Record<string, unknown>,
  sentEvents: number,
): 'all_stored' | 'some_duplicates' | 'quarantined' | 'void' {
  const events = Number(answer.events)
  const stored = Number(answer.stored)
  if (stored < 0) return 'void'
  if (events < sentEvents) return 'quarantined'
  return stored < events ? 'some_duplicates' : 'all_stored'
}

async function askDuplicates(deps: DrainDeps, batch: Batch, rows: LogRow[]): Promise<Set<string>> {
  const found = await deps.store.execute(duplicatesStatement(deps.object, batch.seq, rows))
  return new Set(found.rows.map((row) => String(row.message_id)))
}

/**
 * The store looked at the batch and refused its data. The batch's key is taken by an empty row, then
 * its halves go as batches of their own; a single row that is refused is quarantined.
 */
async function isolatePoison(
  deps: DrainDeps,
  batch: Batch,
  rows: LogRow[],
  reason: string,
): Promise<DrainStep> {
  const { store, object } = deps
  const [only] = rows
  try {
    if (only && rows.length === 1) {
      const statements = quarantineStatements(object, batch.seq, only, reason, deps.now())
      const results = await store.batch(statements, 'write')
      return await confirm(deps, batch, rows, results.at(-1)?.rows[0])
    }
    await takeKey(deps, batch)
  } catch (error) {
    return { kind: 'waiting', reason: String(error) }
  }
  return splitLocally(deps, batch, rows)
}

function splitLocally(deps: DrainDeps, batch: Batch, rows: LogRow[]): DrainStep {
  const middle = rows[Math.floor(rows.length / 2)]?.seq ?? batch.lastSeq
  deps.transaction(() => {
    deps.log.markVoid(batch)
    deps.log.splitFrozen(batch, middle)
  })
  return { kind: 'split' }
}

async function takeKey(deps: DrainDeps, batch: Batch): Promise<void> {
  try {
    await deps.store.execute(voidStatement(deps.object, batch.seq, deps.now()))
  } catch (error) {
    // Taken already by an earlier try of this very step.
    if (classifyWriteFailure(error, BATCH_KEY).kind !== 'already_applied') throw error
  }
}
