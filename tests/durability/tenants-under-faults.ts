import type { Client, InStatement } from '@libsql/client'
import { type Fault, type Faults, requestedSql } from '#dev/libsql/faults.ts'
import type { StreamRequest } from '#dev/libsql/protocol.ts'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'

/** Decides about one request of one tenant, by its statements; null lets it pass. */
export type FaultRule = (
  statements: readonly string[],
  requests: readonly StreamRequest[],
) => Fault | null

export interface Tenant {
  id: string
  client: EdgeClient
  store: Client
  /** From now on; null lifts it. */
  setFault(rule: FaultRule | null): void
  /** How many requests the rules of this tenant have hit. */
  hits(): number
}

/**
 * One platform whose tenants fail each in their own way. Retries wait, so trying every statement on one
 * tenant after another would take minutes; on many tenants at once it takes one wait.
 */
export interface FaultyTenants {
  platform: TestPlatform
  add(id: string): Promise<Tenant>
  stop(): Promise<void>
}

export const TIMEZONE = 'Australia/Lord_Howe'

export async function startFaultyTenants(buckets = 2): Promise<FaultyTenants> {
  const rules = new Map<string, FaultRule>()
  const hits = new Map<string, number>()
  const faults: Faults = {
    onRequest(database, requests) {
      const fault = rules.get(database)?.(requestedSql(requests), requests) ?? null
      if (fault) hits.set(database, (hits.get(database) ?? 0) + 1)
      return fault ?? { kind: 'pass' }
    },
  }
  const platform = await startTestPlatform({ buckets, faults })
  return {
    platform,
    async add(id) {
      const { target, store } = await platform.addWorkspace(id, TIMEZONE)
      const database = `ws-${id}`
      return {
        id,
        client: new EdgeClient(target),
        store,
        setFault(rule) {
          if (rule) rules.set(database, rule)
          else rules.delete(database)
        },
        hits: () => hits.get(database) ?? 0,
      }
    },
    stop: () => platform.stop(),
  }
}

/** Hits the first request that a rule would hit, then lets everything pass. */
export function once(rule: FaultRule): FaultRule {
  let spent = false
  return (statements, requests) => {
    const fault = spent ? null : rule(statements, requests)
    if (fault) spent = true
    return fault
  }
}

const has = (statements: readonly string[], text: string) =>
  statements.some((sql) => sql.includes(text))

/** The drain of a batch with events and verdicts. */
export const isEventDrain = (statements: readonly string[]) =>
  has(statements, 'INSERT INTO drained_batches') &&
  has(statements, 'INSERT INTO events') &&
  statements.filter((sql) => sql.includes('INSERT INTO verdicts')).length === 2

/** The drain of a batch of scores. */
export const isScoreDrain = (statements: readonly string[]) =>
  has(statements, 'INSERT INTO drained_batches') &&
  has(statements, 'INSERT INTO scores') &&
  !has(statements, 'INSERT INTO events')

/** The fold of events that say something about identity. */
export const isProjection = (statements: readonly string[]) =>
  has(statements, 'UPDATE projector_cursor SET') &&
  has(statements, 'INTO identity_links') &&
  has(statements, 'INTO identity_nodes')

/** The statements of a request that is one write batch, with their values, to be sent again by somebody else. */
export function batchOf(requests: readonly StreamRequest[]): InStatement[] {
  const texts = requestedSql(requests)
  return requests
    .flatMap((request) => (request.type === 'batch' ? request.batch.steps : []))
    .map(({ stmt }, index) => ({ sql: texts[index] ?? '', args: stmt.args ?? [] }))
    .filter(({ sql }) => !/^(BEGIN|COMMIT|ROLLBACK)/.test(sql))
}
