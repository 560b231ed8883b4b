import type { SealContext } from '#edge/sealing/sealed-columns.ts'
import type { Sealer } from '#edge/sealing/sealer.ts'
import { clientSecretOf, totpOf } from '#edge/sealing/sealing.fixture.ts'
import type { StoreClient } from '#edge/store/client.ts'
import { addConnection, addTotp, addWorkspace } from './control-database.ts'

/** What every secret of a test holds, so that it is found wherever it should not be. */
export const CANARY = 'canary-of-a-sealed-secret'

/** A row with a sealed value, and what was last written to it. */
interface Row {
  context: SealContext
  secret: string
  /** What is being written: a reader may meet it already. */
  pending: string | null
  /** Where it stands, for SQL of the test. */
  idColumn: 'user_id' | 'id'
}

const WORKSPACES = ['demo', 'other']

/** Secrets of people and of two workspaces, and whoever reads and replaces them while keys are renewed. */
export class SealingLoad {
  readonly #control: StoreClient
  readonly rows: Row[] = []
  reads = 0
  writes = 0
  #ended = false
  #next = 0

  constructor(control: StoreClient) {
    this.#control = control
  }

  async seed(sealer: Sealer, perOwner: number): Promise<void> {
    for (const workspaceId of WORKSPACES) await addWorkspace(this.#control, workspaceId)
    for (let i = 0; i < perOwner; i++) {
      const userId = `u${i}`
      const secret = () => `${CANARY} ${this.#next++}`
      const totp = {
        context: totpOf(userId),
        secret: secret(),
        pending: null,
        idColumn: 'user_id' as const,
      }
      await addTotp(this.#control, sealer, userId, totp.secret)
      this.rows.push(totp)
      for (const workspaceId of WORKSPACES) {
        const id = `${workspaceId}-${i}`
        const row = {
          context: clientSecretOf(workspaceId, id),
          secret: secret(),
          pending: null,
          idColumn: 'id' as const,
        }
        await addConnection(this.#control, sealer, workspaceId, id, row.secret)
        this.rows.push(row)
      }
    }
  }

  /** Reads every row with the isolate, and tells which do not give what was last written. */
  async unreadable(isolate: Sealer): Promise<string[]> {
    const wrong: string[] = []
    for (const row of this.rows) {
      const before = [row.secret, row.pending]
      const found = await this.#read(isolate, row).catch(String)
      if (![...before, row.secret, row.pending].includes(found))
        wrong.push(`${row.context.table} ${row.context.row}: ${found}`)
    }
    return wrong
  }

  /** Until {@link end}: reads its share of the rows, in turn, and replaces every third of what it read. */
  async run(isolate: Sealer, share: number, shares: number): Promise<void> {
    const mine = this.rows.filter((_, index) => index % shares === share)
    for (let turn = 0; !this.#ended; turn++) {
      const row = mine[(turn * 7) % mine.length]
      if (!row) throw new Error('There are no rows.')
      const found = await this.#read(isolate, row)
      if (found !== row.secret) throw new Error(`${row.context.row} gave ${found}.`)
      this.reads++
      if (turn % 3 === 0) await this.#replace(isolate, row)
    }
  }

  end(): void {
    this.#ended = true
  }

  async #read(isolate: Sealer, { context, idColumn }: Row): Promise<string> {
    const { rows } = await this.#control.execute({
      sql: `SELECT ${context.column} AS sealed FROM ${context.table} WHERE ${idColumn} = ?`,
      args: [context.row],
    })
    return isolate.open(context, String(rows[0]?.sealed))
  }

  async #replace(isolate: Sealer, row: Row): Promise<void> {
    const { context, idColumn } = row
    const secret = `${CANARY} ${this.#next++}`
    const sealed = await isolate.seal(context, secret)
    row.pending = secret
    await this.#control.execute({
      sql: `UPDATE ${context.table} SET ${context.column} = ? WHERE ${idColumn} = ?`,
      args: [sealed, context.row],
    })
    row.secret = secret
    row.pending = null
    this.writes++
  }
}
