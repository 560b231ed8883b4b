const MAX_EDITS = 2

/** The name that was most likely meant: spelled in another case, longer or shorter, or with a slip. */
export function nearestName(given: string, known: readonly string[]): string | null {
  const plain = plainOf(given)
  const meant =
    known.find((name) => plainOf(name) === plain) ??
    known.find((name) => plainOf(name).startsWith(plain) || plain.startsWith(plainOf(name)))
  if (plain !== '' && meant !== undefined) return meant
  const [closest] = known
    .map((name) => ({ name, edits: editsBetween(plain, plainOf(name)) }))
    .sort((a, b) => a.edits - b.edits)
  const isClose = closest && closest.edits <= Math.min(MAX_EDITS, closest.name.length / 2 - 1)
  return isClose ? closest.name : null
}

function plainOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Levenshtein's distance. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
