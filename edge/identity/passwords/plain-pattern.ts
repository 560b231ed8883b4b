/** What fingers run along, and the alphabet; each also backwards. */
const ROWS = ['01234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'qwertzuiop', 'azertyuiop']
const LOWER_ROWS = ['asdfghjkl', 'zxcvbnm', 'yxcvbnm', 'qsdfghjklm', 'wxcvbn']
/** Columns of a keyboard, from the digit downwards. */
const COLUMNS = ['1qaz', '2wsx', '3edc', '4rfv', '5tgb', '6yhn', '7ujm', '1qay', '2wsx']

const NEIGHBOURS = new Set(
  [...ROWS, ...LOWER_ROWS, ...COLUMNS].flatMap((row) =>
    [...row].slice(1).flatMap((character, i) => [`${row[i]}${character}`, `${character}${row[i]}`]),
  ),
)
/** Runs of this many characters on average are no more than a run or two to guess. */
const MEAN_RUN_CHARS = 4

/** Whether it is one short piece again and again: `aaaaaaaaaa`, `abc123abc123`, also cut off at its end. */
export function isRepetition(text: string, longestPiece: number): boolean {
  for (let size = 1; size <= Math.min(longestPiece, Math.floor(text.length / 2)); size++) {
    if (text.slice(size) === text.slice(0, -size)) return true
  }
  return false
}

/** Whether it is made of runs along a row or column of the keyboard, or the alphabet: `qwer1234tyui`. */
export function isSequence(text: string): boolean {
  let runs = 1
  for (let i = 1; i < text.length; i++) {
    if (!NEIGHBOURS.has(text.slice(i - 1, i + 1))) runs++
  }
  return runs <= Math.max(1, text.length / MEAN_RUN_CHARS)
}
