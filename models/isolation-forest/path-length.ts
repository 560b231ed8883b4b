/**
 * c(n): the mean number of splits that isolate a row among n by chance, which is that of an unsuccessful
 * search in a binary search tree (Liu, Ting and Zhou 2008, equation 1). The harmonic number is summed, not
 * approximated: c(2) is exactly 1.
 */
function averagePathLength(rows: number): number {
  if (rows <= 1) return 0
  let harmonic = 0
  for (let term = 1; term < rows; term++) harmonic += 1 / term
  return 2 * harmonic - (2 * (rows - 1)) / rows
}

/** c(n) for every n from 0 to `most`. */
export function pathLengths(most: number): Float64Array {
  return Float64Array.from({ length: most + 1 }, (_, rows) => averagePathLength(rows))
}
