import { type Calibration, MOST_SLOPE } from './calibration.ts'

interface Point {
  x: number
  y: number
}

/** Below the limit of `checkKnots`, so that rounding to float32 does not lift a line above it. */
const SLOPE = MOST_SLOPE * 0.8
/** Knots nearer than this are one: rounding to float32 would make lines of any slope between them. */
const LEAST_WIDTH = 1e-5

/**
 * The highest curve that lies nowhere above the given one and is nowhere steeper than SLOPE: behind
 * a step it rises at that slope until it is back on the curve.
 */
function underneath(points: readonly Point[]): Point[] {
  const curve: Point[] = []
  let lag: Point | undefined
  points.forEach((to, index) => {
    const from = points[index - 1]
    if (from === undefined || lag === undefined) {
      lag = to
      curve.push(to)
      return
    }
    const slope = to.x > from.x ? (to.y - from.y) / (to.x - from.x) : Number.POSITIVE_INFINITY
    const behind = from.y - lag.y
    if (behind > 0 && slope < SLOPE) {
      const x = from.x + behind / (SLOPE - slope)
      if (x < to.x) curve.push({ x, y: from.y + slope * (x - from.x) })
    }
    lag = { x: to.x, y: Math.min(to.y, lag.y + SLOPE * (to.x - from.x)) }
    curve.push(lag)
  })
  return curve
}

const mirrored = (points: readonly Point[]): Point[] =>
  points.map(({ x, y }) => ({ x: 1 - x, y: 1 - y })).reverse()

/** The curve's height; at a step the upper end. */
function heightAt(curve: readonly Point[], x: number): number {
  let below = curve[0] ?? { x: 0, y: 0 }
  if (x < below.x) return below.y
  for (const point of curve) {
    if (point.x > x) return below.y + ((x - below.x) / (point.x - below.x)) * (point.y - below.y)
    below = point
  }
  return below.y
}

/**
 * Knots of an isotonic fit made gentle enough to serve. Pool-adjacent-violators leaves steps, and
 * across a step two ways to add the same trees could disagree by its whole height. Each step becomes
 * a ramp through its middle: the mean of the highest curve below and the lowest above that are
 * nowhere too steep. Lines that are gentle already stay, save next to a ramp.
 *
 * @param x probabilities, ascending; two equal ones make a step
 * @param y probabilities, never falling
 */
export function gentleKnots(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
): Extract<Calibration, { kind: 'isotonic' }> {
  const given = Array.from(x, (at, knot): Point => ({ x: at, y: y[knot] ?? 0 }))
  const first = given[0] ?? { x: 0, y: 0 }
  const last = given.at(-1) ?? { x: 1, y: 1 }
  // Room for the ramps of steps at either end.
  const points = [{ x: 0, y: first.y }, ...given, { x: 1, y: last.y }]
  const below = underneath(points)
  const above = mirrored(underneath(mirrored(points)))
  const places = [...below, ...above].map((point) => point.x).sort((a, b) => a - b)
  const kept = places.filter((at, index) => index === 0 || at - (places[index - 1] ?? 0) > 0)
  const knots: Point[] = []
  for (const at of kept) {
    const before = knots.at(-1)
    if (before !== undefined && at - before.x < LEAST_WIDTH && at < 1) continue
    knots.push({ x: at, y: (heightAt(below, at) + heightAt(above, at)) / 2 })
  }
  // The end keeps its place, so the knot before it gives way.
  const end = knots.at(-1)
  const beside = knots.at(-2)
  if (end !== undefined && beside !== undefined && end.x - beside.x < LEAST_WIDTH) {
    knots.splice(-2, 1)
  }
  let highest = 0
  const risen = knots.map(({ y: height }) => {
    highest = Math.max(highest, Math.min(Math.max(height, 0), 1))
    return highest
  })
  return {
    kind: 'isotonic',
    x: Float32Array.from(knots, (knot) => knot.x),
    y: Float32Array.from(risen),
  }
}
