import type { StoreClient } from '../../store/client.ts'
import { STORE_NOW } from '../data-keys.ts'
import type { Owner } from '../sealed-columns.ts'

/**
 * Which keys of SEALING_KEYS are still needed: how many data keys each wraps, by id.
 *
 * @throws what the control database throws
 */
export async function wrappedByKey(control: StoreClient): Promise<Map<string, number>> {
  const { rows } = await control.execute(
    `SELECT substr(wrapped_key, 4, instr(substr(wrapped_key, 4), '.') - 1) AS id, count(*) AS n
     FROM data_keys GROUP BY 1 ORDER BY 1`,
  )
  return new Map(rows.map((row) => [String(row.id), Number(row.n)]))
}

/**
 * Everybody who has data keys.
 *
 * @throws what the control database throws
 */
export async function ownersWithKeys(control: StoreClient): Promise<Owner[]> {
  const { rows } = await control.execute(
    'SELECT DISTINCT workspace_id FROM data_keys ORDER BY workspace_id',
  )
  return rows.map((row) => String(row.workspace_id))
}

/** The store's clock in ms, which is what keys are dated by. */
export async function storeNow(control: StoreClient): Promise<number> {
  const { rows } = await control.execute(`SELECT ${STORE_NOW} AS now`)
  return Number(rows[0]?.now)
}
