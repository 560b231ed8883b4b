import type { StoreClient } from '../../store/client.ts'
import { currentDataKey } from '../data-keys.ts'
import type { KeyRing } from '../key-ring.ts'
import type { Owner } from '../sealed-columns.ts'
import { deleteUnusedKeys, renewDataKey } from './retire-data-keys.ts'
import {
  columnsOf,
  notOfKey,
  type RewrittenPage,
  rewritePage,
  type UnreadableValue,
} from './rewrite-sealed.ts'

const PAGE_ROWS = 50

export interface RotateOptions {
  /** A current key made before this is replaced first; ms of the store's clock. */
  madeBefore: number
  /** Pages that one call goes through. */
  maxPages: number
  onPage?(page: RewrittenPage): void
}

export interface Rotated {
  /** Nothing names another key than the current one, and there is no other. */
  done: boolean
  rewritten: number
  /** Values that still name an earlier key, unreadable ones included. */
  left: number
  /** Earlier data keys that stay for now. */
  keysKept: number
  unreadable: UnreadableValue[]
}

/**
 * Takes an owner's values to a new data key, as far as the bound lets it. Needs no memory: whatever was
 * interrupted, the next call finds what still names an earlier key.
 *
 * @throws SealError when the current data key does not open; what the control database throws
 */
export async function rotateDataKey(
  control: StoreClient,
  ring: KeyRing,
  owner: Owner,
  { madeBefore, maxPages, onPage }: RotateOptions,
): Promise<Rotated> {
  await renewDataKey(control, ring, owner, madeBefore)
  const columns = columnsOf(owner)
  if (!(await hasKeys(control, owner))) {
    const left = await countLeft(control, owner, '')
    return { done: left === 0, rewritten: 0, left, keysKept: 0, unreadable: [] }
  }
  const current = await currentDataKey(control, ring, owner)
  const unreadable: UnreadableValue[] = []
  let rewritten = 0
  let pages = 0
  for (const place of columns) {
    let after: string | null = ''
    while (after !== null && pages < maxPages) {
      pages++
      const page = await rewritePage(control, ring, current, owner, place, after, PAGE_ROWS)
      rewritten += page.rewritten
      unreadable.push(...page.unreadable)
      after = page.after
      onPage?.(page)
    }
  }
  const keysKept = await deleteUnusedKeys(control, owner)
  const left = await countLeft(control, owner, current.id)
  return { done: left === 0 && keysKept === 0, rewritten, left, keysKept, unreadable }
}

async function hasKeys(control: StoreClient, owner: Owner): Promise<boolean> {
  const { rows } = await control.execute({
    sql: 'SELECT 1 FROM data_keys WHERE workspace_id = ? LIMIT 1',
    args: [owner],
  })
  return rows.length > 0
}

async function countLeft(control: StoreClient, owner: Owner, keyId: string): Promise<number> {
  const answers = await control.batch(
    columnsOf(owner).map((place) => {
      const { where, args } = notOfKey(place, owner, keyId)
      return { sql: `SELECT count(*) AS n FROM ${place.table} WHERE ${where}`, args }
    }),
    'read',
  )
  return answers.reduce((sum, { rows }) => sum + Number(rows[0]?.n), 0)
}
