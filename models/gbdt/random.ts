/**
 * A seeded stream of numbers, the same on every machine (sfc32 by Chris Doty-Humphrey, PractRand).
 *
 * @returns a function that gives numbers in [0, 1)
 */
export function seededRandom(seed: number): () => number {
  let a = seed >>> 0
  let b = Math.floor(seed / 2 ** 32) >>> 0
  let c = 0x9e3779b9
  let counter = 1
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 12; i++) next()
  return next
}

/** `count` of the numbers from 0 to `total` - 1, ascending, each set equally likely (Knuth's algorithm S). */
export function sampleOf(
  total: number,
  count: number,
  random: () => number,
): Int32Array<ArrayBuffer> {
  const chosen = new Int32Array(count)
  let taken = 0
  for (let item = 0; item < total && taken < count; item++) {
    if (random() * (total - item) < count - taken) chosen[taken++] = item
  }
  return chosen
}

/** The numbers from 0 to `total` - 1 in a random order (Fisher–Yates). */
export function shuffledOrder(total: number, random: () => number): Int32Array<ArrayBuffer> {
  const order = Int32Array.from({ length: total }, (_, item) => item)
  for (let last = total - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const value = order[last] ?? 0
    order[last] = order[other] ?? 0
    order[other] = value
  }
  return order
}
