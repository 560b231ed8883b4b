import { z } from '@hono/zod-openapi'
import { nearestName } from '../problems/nearest-name.ts'

/**
 * The query of a route that takes these parameters and no other: one that is misspelled must not
 * answer with everything. The issue's message is the caller's next step.
 */
export function strictQuery<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? nextStep(issue.keys[0] ?? '', known) : undefined,
  })
}

function nextStep(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'Leave it out; this route takes no parameters.'
  const nearest = nearestName(name, known)
  const all = `this route takes ${known.join(', ')}`
  return nearest === null ? `Leave it out; ${all}.` : `Write ${nearest} in its place; ${all}.`
}
