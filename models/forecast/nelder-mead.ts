interface Vertex {
  point: Float64Array
  cost: number
}

const FIRST_STEP = 0.15
/** Relative gap in cost between the best and the worst vertex at which the search ends. */
const TOLERANCE = 1e-7
const STEPS_PER_DIMENSION = 40

/**
 * The lowest point of `cost` in the unit cube near `start`, by Nelder and Mead's simplex (1965, with the
 * usual coefficients 1, 2, ½, ½). Points outside are moved to the cube's side, where the best smoothing
 * parameters often are. Bounded in steps; the same start gives the same point.
 */
export function lowestPoint(
  start: readonly number[],
  cost: (point: Float64Array) => number,
): Float64Array {
  const vertex = (point: Float64Array): Vertex => ({ point, cost: cost(point) })
  const simplex = [vertex(Float64Array.from(start))]
  for (const [axis, value] of start.entries()) {
    const point = Float64Array.from(start)
    point[axis] = value > 0.5 ? value - FIRST_STEP : value + FIRST_STEP
    simplex.push(vertex(point))
  }
  for (let step = 0; step < STEPS_PER_DIMENSION * start.length; step++) {
    simplex.sort((a, b) => a.cost - b.cost)
    const [best, worst] = [simplex[0], simplex.at(-1)]
    if (!best || !worst || worst.cost - best.cost <= TOLERANCE * Math.abs(best.cost)) break
    advance(simplex, best, worst, vertex)
  }
  return simplex.reduce((best, other) => (other.cost < best.cost ? other : best)).point
}

function advance(
  simplex: Vertex[],
  best: Vertex,
  worst: Vertex,
  vertex: (point: Float64Array) => Vertex,
): void {
  const last = simplex.length - 1
  const centre = worst.point.map(
    (_, axis) =>
      simplex.slice(0, last).reduce((sum, { point }) => sum + (point[axis] ?? 0), 0) / last,
  )
  const along = (share: number) =>
    vertex(between(centre, worst.point, share).map((value) => Math.min(1, Math.max(0, value))))
  const reflected = along(-1)
  if (reflected.cost < best.cost) {
    const expanded = along(-2)
    simplex[last] = expanded.cost < reflected.cost ? expanded : reflected
    return
  }
  if (reflected.cost < (simplex[last - 1] ?? best).cost) {
    simplex[last] = reflected
    return
  }
  const contracted = along(reflected.cost < worst.cost ? -0.5 : 0.5)
  if (contracted.cost < Math.min(reflected.cost, worst.cost)) {
    simplex[last] = contracted
    return
  }
  for (const [at, other] of simplex.entries()) {
    if (at > 0) simplex[at] = vertex(between(best.point, other.point, 0.5))
  }
}

const between = (from: Float64Array, to: Float64Array, share: number): Float64Array =>
  from.map((value, axis) => value + share * ((to[axis] ?? 0) - value))
