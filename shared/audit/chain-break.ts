import { entryHash, valuesHash } from './chain.ts'
import type { AuditRow } from './entry.ts'
import type { Digest } from './sha256.ts'
import type { ChainPlace } from './verify.ts'

export const BREAK_KINDS = [
  'changed',
  'missing',
  'inserted',
  'out_of_order',
  'value_changed',
  'cut_off',
  'rewritten',
  'anchor_not_signed',
] as const

/** The first thing that is wrong with a chain, and at which entry. */
export interface ChainBreak {
  kind: (typeof BREAK_KINDS)[number]
  seq: number
}

/** How far is looked ahead to tell what happened to an entry; it must be noticed at any distance. */
const LOOK_AHEAD_ENTRIES = 5_000

/**
 * What is wrong with the next entry of a chain, null for nothing.
 *
 * That something is wrong is certain; what it was is told from the entries around it: the hash of an
 * entry is vouched for by the entry behind it.
 *
 * @param place where the walk stands
 * @param rest the entries behind it, read only where something is wrong
 */
export async function firstBreak(
  place: ChainPlace,
  row: AuditRow,
  rest: AsyncIterator<AuditRow>,
  digest: Digest,
): Promise<ChainBreak | null> {
  const expected = place.seq + 1
  const isInPlace = row.seq === expected && row.prevHash === place.hash
  if (isInPlace && (await isItself(row, row.seq, digest))) {
    return (await valuesAreTrue(row, digest)) ? null : { kind: 'value_changed', seq: expected }
  }
  const next = await rest.next()
  const behind = next.done ? null : next.value
  const found = await displaced(place, row, behind, rest, digest)
  if (found) return found
  // Right in itself, but it tells of another entry before it: one of the two was written anew. The one
  // behind knows which; without it, who rewrites an entry seldom breaks its own link.
  const isVouchedFor = behind === null || behind.prevHash === row.hash
  if (place.seq > 0 && row.seq === expected && isVouchedFor) {
    if (await isItself(row, row.seq, digest)) return { kind: 'changed', seq: place.seq }
  }
  // The entry before was put in: this one, numbered anew, still follows the one before that.
  if (
    place.prevHash !== null &&
    row.prevHash === place.prevHash &&
    behind?.prevHash !== place.hash &&
    (await isItself(row, place.seq, digest))
  ) {
    return { kind: 'inserted', seq: place.seq }
  }
  if (row.prevHash !== place.hash) {
    const isNextButOne = row.seq > expected || (await isItself(row, expected + 1, digest))
    if (isNextButOne) return { kind: 'missing', seq: expected }
  }
  return { kind: row.seq < expected ? 'inserted' : 'changed', seq: expected }
}

/** Looks for the entry that belongs here among those behind. */
async function displaced(
  place: ChainPlace,
  row: AuditRow,
  behind: AuditRow | null,
  rest: AsyncIterator<AuditRow>,
  digest: Digest,
): Promise<ChainBreak | null> {
  const expected = place.seq + 1
  let hasTrueOne = false
  let isForeign = true
  let other = behind
  for (let looked = 0; other && looked < LOOK_AHEAD_ENTRIES; looked++) {
    if (other.prevHash === place.hash && (await isItself(other, expected, digest))) {
      hasTrueOne = true
    }
    if (other.hash === row.prevHash) isForeign = false
    if (hasTrueOne && !isForeign) break
    const read = await rest.next()
    other = read.done ? null : read.value
  }
  if (!hasTrueOne) return null
  return { kind: isForeign ? 'inserted' : 'out_of_order', seq: expected }
}

/** Whether the entry, put at this place, is the one that its hash was made of. */
async function isItself(row: AuditRow, seq: number, digest: Digest): Promise<boolean> {
  return (await entryHash({ ...row, seq }, digest)) === row.hash
}

/** Values that were erased are no lie. */
async function valuesAreTrue(row: AuditRow, digest: Digest): Promise<boolean> {
  if (row.values === null) return true
  return row.valuesHash !== null && (await valuesHash(row.values, digest)) === row.valuesHash
}

const WORDS: Record<ChainBreak['kind'], (seq: number) => string> = {
  changed: (seq) => `Entry ${seq} was changed after it was written.`,
  missing: (seq) => `Entry ${seq} is missing.`,
  inserted: (seq) => `Entry ${seq} was put in afterwards.`,
  out_of_order: (seq) => `Entry ${seq} is not in its place.`,
  value_changed: (seq) => `The values of entry ${seq} were changed.`,
  cut_off: (seq) => `The log was cut off: a signed anchor knows of entry ${seq} and it is gone.`,
  rewritten: (seq) => `Entry ${seq} is not the one that was anchored: the log was written anew.`,
  anchor_not_signed: (seq) => `The anchor of entry ${seq} was not signed by this edge.`,
}

/** One sentence for people. */
export const breakSentence = ({ kind, seq }: ChainBreak): string => WORDS[kind](seq)
