export interface Header {
  names: string[]
  notes: string[]
}

/** Column names as they can be used: trimmed, none empty, no two alike; what was changed is noted. */
export function usableHeader(cells: readonly string[]): Header {
  const notes: string[] = []
  const taken = new Set(cells.map((cell) => cell.trim()))
  const used = new Set<string>()
  const names = cells.map((cell, index) => {
    const plain = cell.trim()
    if (plain !== '' && !used.has(plain)) {
      used.add(plain)
      return plain
    }
    const stem = plain === '' ? `column ${index + 1}` : plain
    let name = plain === '' ? stem : `${stem} (2)`
    for (let copy = 2; used.has(name) || taken.has(name); copy++) name = `${stem} (${copy})`
    used.add(name)
    notes.push(
      plain === ''
        ? `Column ${index + 1} has no name; it is called "${name}".`
        : `The name "${plain}" comes again in column ${index + 1}; that one is called "${name}".`,
    )
    return name
  })
  return { names, notes }
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substituted, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

const folded = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** The index of a column by name; upper and lower case only matter where two names differ in it. */
export function columnIndex(names: readonly string[], name: string): number {
  const exact = names.indexOf(name)
  if (exact >= 0) return exact
  const wanted = name.trim().toLowerCase()
  const alike = names.flatMap((other, index) => (other.toLowerCase() === wanted ? [index] : []))
  return alike.length === 1 ? (alike[0] ?? -1) : -1
}

/** The name that was probably meant, or null where none is near. */
export function closestName(names: readonly string[], name: string): string | null {
  const wanted = folded(name)
  let best: { name: string; distance: number } | null = null
  for (const other of names) {
    const candidate = folded(other)
    const contains =
      wanted.length >= 3 && (candidate.includes(wanted) || wanted.includes(candidate)) && candidate
    const distance = contains ? 1 : editDistance(wanted, candidate)
    if (!best || distance < best.distance) best = { name: other, distance }
  }
  return best && best.distance <= Math.max(2, wanted.length / 3) ? best.name : null
}
