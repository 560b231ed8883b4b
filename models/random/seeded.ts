/** Numbers in [0, 1) that a seed determines fully, on every machine. Not for secrets. */
export type Uniform = () => number

/** The generator is mulberry32 (public domain): 32 bits of state, enough for splits and resamples. */
export function seededUniform(seed: number): Uniform {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Shuffles in place (Fisher and Yates), and returns what it was given. */
export function shuffle<T extends Uint32Array | Int32Array | Float32Array>(
  items: T,
  uniform: Uniform,
): T {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(uniform() * (last + 1))
    const held = items[last] ?? 0
    items[last] = items[other] ?? 0
    items[other] = held
  }
  return items
}

/** `count` of the numbers from 0 to `total` - 1, ascending, each set equally likely (Knuth's algorithm S). */
export function sampleOf(total: number, count: number, uniform: Uniform): Int32Array<ArrayBuffer> {
  const chosen = new Int32Array(count)
  let taken = 0
  for (let item = 0; item < total && taken < count; item++) {
    if (uniform() * (total - item) < count - taken) chosen[taken++] = item
  }
  return chosen
}
