import { byText, type ReaderView } from './view-matrix.ts'

/** What somebody had read, and what they read next. */
export interface HeldOut {
  reader: string
  known: readonly ReaderView[]
  next: ReaderView
}

/** So many pages must be left to know somebody by. */
const LEAST_KNOWN = 1

/**
 * Leaves out the page that each reader came to last; readers of a single page are all kept. What others read later
 * stays, so figures are a little too hopeful where tastes change with time.
 */
export function leaveLastOut(views: readonly ReaderView[]): {
  kept: ReaderView[]
  heldOut: HeldOut[]
} {
  const kept: ReaderView[] = []
  const heldOut: HeldOut[] = []
  const readers = Map.groupBy(views, ({ reader }) => reader)
  for (const reader of [...readers.keys()].sort(byText)) {
    const own = [...(readers.get(reader) ?? [])].sort(
      (a, b) => a.at - b.at || byText(a.path, b.path),
    )
    const next = own.at(-1)
    if (next === undefined || own.length <= LEAST_KNOWN) {
      kept.push(...own)
      continue
    }
    const known = own.slice(0, -1)
    kept.push(...known)
    heldOut.push({ reader, known, next })
  }
  return { kept, heldOut }
}
