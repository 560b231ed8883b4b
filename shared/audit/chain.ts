import { canonical } from './canonical.ts'
import type { AuditRow, AuditValues, ChainedEntry, NotedChange, SaltedValues } from './entry.ts'
import type { Digest } from './sha256.ts'

/** How far a chain is: its last entry. */
export interface ChainHead {
  /** 0 before the first entry. */
  seq: number
  hash: string
}

/** What the first entry follows. It holds the workspace, so that no chain passes for a neighbour's. */
export async function emptyChain(workspaceId: string, digest: Digest): Promise<ChainHead> {
  return { seq: 0, hash: await digest(canonical({ auditChainOf: workspaceId })) }
}

/** @returns SHA-256 over everything in the entry but the hash itself, the place and the hash before it included */
export function entryHash(entry: Omit<ChainedEntry, 'hash'>, digest: Digest): Promise<string> {
  const { seq, id, at, action, actor, subject, from, valuesHash, prevHash } = entry
  return digest(canonical({ seq, id, at, action, actor, subject, from, valuesHash, prevHash }))
}

export function valuesHash(
  { salt, reason, before, after }: SaltedValues,
  digest: Digest,
): Promise<string> {
  return digest(canonical({ salt, reason, before, after }))
}

/**
 * Puts a change into its place behind `previous`.
 *
 * @param salt 128 random bits in hexadecimal, new for each entry
 */
export async function chainEntry(
  previous: ChainHead,
  { entry, values }: NotedChange,
  salt: string,
  digest: Digest,
): Promise<AuditRow> {
  const salted = values && saltedValues(values, salt)
  const chained = {
    ...entry,
    seq: previous.seq + 1,
    valuesHash: salted && (await valuesHash(salted, digest)),
    prevHash: previous.hash,
  }
  return { ...chained, hash: await entryHash(chained, digest), values: salted }
}

const saltedValues = ({ reason, before, after }: AuditValues, salt: string): SaltedValues => ({
  salt,
  reason,
  before,
  after,
})

const SALT_BYTES = 16

/** 128 random bits in hexadecimal. */
export function newSalt(): string {
  return [...crypto.getRandomValues(new Uint8Array(SALT_BYTES))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}
