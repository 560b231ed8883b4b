/** Microseconds of one call. */
export interface Timing {
  median: number
  p99: number
  calls: number
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function timingOf(micros: number[]): Timing {
  const sorted = micros.toSorted((a, b) => a - b)
  return { median: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), calls: sorted.length }
}

/** Draws without replacement: another order each round, the same in every run. */
function shuffler<T>(): (items: readonly T[]) => T[] {
  let state = 7
  return (items) => {
    const left = [...items]
    const drawn: T[] = []
    while (left.length > 0) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      drawn.push(...left.splice(Math.floor((state / 2 ** 32) * left.length), 1))
    }
    return drawn
  }
}

/**
 * Times several calls one after the other, round by round and in another order each round, so that
 * a busy moment of the machine, or what the call before left behind, hits all of them alike. Ends
 * after the rounds or the time, whichever comes first.
 */
export async function timeInTurn<Name extends string>(
  calls: Record<Name, () => Promise<unknown>>,
  { rounds, warmUpRounds, limitMs }: { rounds: number; warmUpRounds: number; limitMs: number },
): Promise<Record<Name, Timing>> {
  const names = Object.keys(calls) as Name[]
  const shuffle = shuffler<Name>()
  for (let round = 0; round < warmUpRounds; round++) for (const name of names) await calls[name]()
  const micros = new Map<Name, number[]>(names.map((name) => [name, []]))
  const end = performance.now() + limitMs
  for (let round = 0; round < rounds && performance.now() < end; round++) {
    for (const name of shuffle(names)) {
      const start = performance.now()
      await calls[name]()
      micros.get(name)?.push((performance.now() - start) * 1000)
    }
  }
  return Object.fromEntries(
    names.map((name) => [name, timingOf(micros.get(name) ?? [])]),
  ) as Record<Name, Timing>
}
