const DELIMITERS = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof DELIMITERS)[number]

const SAMPLE_LETTERS = 1 << 16

/** Counts each line's delimiters outside quotes; a last line that was cut off is left out. */
function countsByLine(sample: string, delimiter: string): number[] {
  const counts: number[] = []
  let quoted = false
  let count = 0
  for (const sign of sample) {
    if (sign === '"') quoted = !quoted
    else if (quoted) continue
    else if (sign === delimiter) count++
    else if (sign === '\n') {
      counts.push(count)
      count = 0
    }
  }
  return counts.length === 0 ? [count] : counts
}

/**
 * The delimiter of a text by its first lines: the one that the header has most of while the lines agree with the
 * header. A comma that is a decimal sign is in most lines, but seldom in the header.
 */
export function sniffDelimiter(text: string): Delimiter {
  const sample = text.slice(0, SAMPLE_LETTERS)
  let best: { delimiter: Delimiter; score: number } = { delimiter: ',', score: 0 }
  for (const delimiter of DELIMITERS) {
    const [header = 0, ...lines] = countsByLine(sample, delimiter)
    if (header === 0) continue
    const agreeing = lines.filter((count) => count === header).length
    const score = (1 + agreeing) / (1 + lines.length) + header / 10_000
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}
