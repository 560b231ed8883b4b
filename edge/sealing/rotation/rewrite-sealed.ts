import type { StoreClient } from '../../store/client.ts'
import { dataKey } from '../data-keys.ts'
import { type DataKey, openWith, parseSealed, SEALED_VERSION, sealWith } from '../envelope.ts'
import type { KeyRing } from '../key-ring.ts'
import { SealError, type SealErrorKind } from '../seal-error.ts'
import {
  NO_WORKSPACE,
  type Owner,
  SEALED_COLUMNS,
  type SealContext,
  type SealedColumn,
} from '../sealed-columns.ts'

/** A value that could not be sealed anew, because it does not open. */
export interface UnreadableValue {
  table: SealedColumn['table']
  column: SealedColumn['column']
  row: string
  kind: SealErrorKind
}

export interface RewrittenPage {
  rewritten: number
  /** Somebody else wrote the row meanwhile: what they wrote stays. */
  overtaken: number
  unreadable: UnreadableValue[]
  /** Behind which row to go on; null at the end. */
  after: string | null
}

/** The columns where an owner's values may stand. */
export const columnsOf = (owner: Owner): readonly SealedColumn[] =>
  SEALED_COLUMNS.filter(({ workspace }) => (workspace === null) === (owner === NO_WORKSPACE))

/**
 * Which rows of a column hold an owner's values that are not of one data key. Its names are ours, from
 * SEALED_COLUMNS; a key's id is hexadecimal, so that the pattern holds no wildcard but its last.
 */
export function notOfKey({ column, workspace }: SealedColumn, owner: Owner, keyId: string) {
  const its = workspace === null ? '' : ` AND ${workspace} = ?`
  return {
    where: `${column} IS NOT NULL AND ${column} NOT GLOB ?${its}`,
    args: [`${SEALED_VERSION}.${keyId}.*`, ...(workspace === null ? [] : [owner])],
  }
}

/**
 * Seals one page of a column with the owner's current key. Each row is replaced only where it still holds
 * what was read, so that readers and writers go on meanwhile.
 *
 * @param after the row behind which the page begins; '' for the first
 * @throws what the control database throws; what was written stays written
 */
export async function rewritePage(
  control: StoreClient,
  ring: KeyRing,
  current: DataKey,
  owner: Owner,
  place: SealedColumn,
  after: string,
  pageRows: number,
): Promise<RewrittenPage> {
  const { table, column, row } = place
  const { where, args } = notOfKey(place, owner, current.id)
  const { rows } = await control.execute({
    sql: `SELECT ${row} AS row, ${column} AS sealed FROM ${table}
          WHERE ${row} > ? AND ${where} ORDER BY ${row} LIMIT ?`,
    args: [after, ...args, pageRows],
  })
  const keys = new Map<string, DataKey>()
  const unreadable: UnreadableValue[] = []
  const updates: { sql: string; args: string[] }[] = []
  for (const found of rows) {
    const [id, old] = [String(found.row), String(found.sealed)]
    const workspaceId = owner === NO_WORKSPACE ? null : owner
    const context: SealContext = { workspaceId, table, column, row: id }
    try {
      const { keyId } = parseSealed(old, context)
      const key = keys.get(keyId) ?? (await dataKey(control, ring, owner, keyId))
      keys.set(keyId, key)
      const anew = await sealWith(current, context, await openWith(key, context, old))
      updates.push({
        sql: `UPDATE ${table} SET ${column} = ? WHERE ${row} = ? AND ${column} = ?`,
        args: [anew, id, old],
      })
    } catch (error) {
      if (!(error instanceof SealError)) throw error
      unreadable.push({ table, column, row: id, kind: error.kind })
    }
  }
  const answers = updates.length === 0 ? [] : await control.batch(updates, 'write')
  const rewritten = answers.filter(({ rowsAffected }) => rowsAffected > 0).length
  return {
    rewritten,
    overtaken: updates.length - rewritten,
    unreadable,
    after: rows.length < pageRows ? null : String(rows.at(-1)?.row),
  }
}
