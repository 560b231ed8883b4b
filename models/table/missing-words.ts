const USUAL = ['', 'na', 'n/a', '#n/a', 'null', 'nan', 'none', '?'] as const

/** Whether a trimmed cell stands for "no value". */
export interface MissingWords {
  has(cell: string): boolean
  /** Some of them read as numbers (−1, 999), so that every number must be looked up too. */
  readonly anyNumber: boolean
}

/** @param asked words of this table beside the usual ones, such as "Select"; case does not matter. */
export function missingWords(asked: readonly string[]): MissingWords {
  const own = asked.map((word) => word.trim().toLowerCase())
  const words = new Set<string>([...USUAL, ...own])
  return {
    has: (cell) => words.has(cell.toLowerCase()),
    anyNumber: own.some((word) => word !== '' && Number.isFinite(Number(word))),
  }
}
