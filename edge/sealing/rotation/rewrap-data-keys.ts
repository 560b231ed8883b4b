import type { ResultSet } from '@libsql/client/web'
import type { StoreClient } from '../../store/client.ts'
import { rewrap } from '../data-keys.ts'
import type { KeyRing } from '../key-ring.ts'
import { SealError, type SealErrorKind } from '../seal-error.ts'
import type { Owner } from '../sealed-columns.ts'

const PAGE_KEYS = 50

export interface Rewrapped {
  rewrapped: number
  /** Data keys that do not open with any key of SEALING_KEYS. */
  unreadable: { owner: Owner; id: string; kind: SealErrorKind }[]
  /** Data keys that are not wrapped with the current key, unreadable ones included. */
  left: number
}

/**
 * Wraps every data key with the current key of SEALING_KEYS, a page at a time. What is sealed stays as it
 * is. To be done once all Workers hold the new key, and before the earlier one is taken out.
 *
 * @throws what the control database throws; what was written stays written, and another call goes on
 */
export async function rewrapDataKeys(
  control: StoreClient,
  ring: KeyRing,
  onPage?: (rewrapped: number) => void,
): Promise<Rewrapped> {
  const unreadable: Rewrapped['unreadable'] = []
  // `_` is no wildcard of GLOB, and key ids hold none of those that are.
  const current = `k1.${ring.currentId}.*`
  let rewrapped = 0
  let after: string | null = ''
  while (after !== null) {
    const { rows }: ResultSet = await control.execute({
      sql: `SELECT id, workspace_id, wrapped_key FROM data_keys
            WHERE id > ? AND wrapped_key NOT GLOB ? ORDER BY id LIMIT ?`,
      args: [after, current, PAGE_KEYS],
    })
    const updates: { sql: string; args: string[] }[] = []
    for (const row of rows) {
      const id = String(row.id)
      const owner = String(row.workspace_id)
      const wrapped = String(row.wrapped_key)
      try {
        updates.push({
          sql: 'UPDATE data_keys SET wrapped_key = ? WHERE id = ? AND wrapped_key = ?',
          args: [await rewrap(ring, owner, { id, wrapped }), id, wrapped],
        })
      } catch (error) {
        if (!(error instanceof SealError)) throw error
        unreadable.push({ owner, id, kind: error.kind })
      }
    }
    const answers = updates.length === 0 ? [] : await control.batch(updates, 'write')
    const written = answers.reduce((sum, { rowsAffected }) => sum + rowsAffected, 0)
    rewrapped += written
    after = rows.length < PAGE_KEYS ? null : String(rows.at(-1)?.id)
    onPage?.(written)
  }
  const { rows } = await control.execute({
    sql: 'SELECT count(*) AS n FROM data_keys WHERE wrapped_key NOT GLOB ?',
    args: [current],
  })
  return { rewrapped, unreadable, left: Number(rows[0]?.n) }
}
