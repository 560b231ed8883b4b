import { z } from 'zod'
import type { Tombstones } from '#shared/erasure/tombstones.ts'

/** What a visitors' object is told of an erasure. */
export interface ErasureOrder {
  erasureId: string
  /** Of the workspace's subject hashes, in hexadecimal. */
  key: string
  tombstones: Tombstones
  /**
   * The erased ids in plain text, lower case: a log is searched for them before it is read. Null where
   * they are not known any more; then all of it is read.
   */
  names: readonly string[] | null
  /** Visitors of whom the store knows that events were erased. */
  rebuilt: readonly string[]
}

export type ErasureAnswer =
  /** Nothing is left. What was scored up to `toldAt` (Unix milliseconds) was scored on erased events. */
  | { kind: 'done'; toldAt: number; rebuilt: string[] }
  /** Batches on their way to the store must arrive first, or profiles come back from it. Ask again. */
  | { kind: 'waiting'; rebuilt: string[] }

/** The body of a job of kind `erasure`; the subject is the object's name. Gone once delivered. */
export const ErasurePayload = z.object({
  erasureId: z.string(),
  tombstones: z.array(z.tuple([z.string(), z.number()])),
  names: z.array(z.string()).nullable(),
  rebuilt: z.array(z.string()),
})
export type ErasurePayload = z.infer<typeof ErasurePayload>

/** Lower case as SQLite does it: ASCII only. Another name cannot be searched for. */
export function searchableNames(ids: readonly string[]): string[] | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of ASCII.
  if (ids.some((id) => !/^[\x00-\x7f]*$/.test(id))) return null
  return ids.map((id) => JSON.stringify(id).slice(1, -1).toLowerCase())
}
