/** One row that is not as it should be; undefined where the row is missing on that side. */
export interface Difference {
  table: string
  key: string
  stored: unknown
  expected: unknown
}

/** Compares two sets of rows by key; both sides as JSON, so that undefined and property order count as nothing. */
export function differencesOf(
  table: string,
  stored: Iterable<readonly [string, unknown]>,
  expected: Iterable<readonly [string, unknown]>,
): Difference[] {
  const left = new Map(stored)
  const right = new Map(expected)
  const differences: Difference[] = []
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [a, b] = [left.get(key), right.get(key)]
    if (canonical(a) !== canonical(b)) differences.push({ table, key, stored: a, expected: b })
  }
  return differences
}

const SHOWN = 8

/** The first differences, each side on a line of its own. */
export function describeDifferences(differences: readonly Difference[]): string {
  const lines = differences
    .slice(0, SHOWN)
    .map(
      ({ table, key, stored, expected }) =>
        `${table} ${key}\n  stored   ${canonical(stored)}\n  expected ${canonical(expected)}`,
    )
  const more = differences.length - SHOWN
  return [...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n')
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'no row'
  )
}
