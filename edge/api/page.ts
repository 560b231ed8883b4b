import { z } from '@hono/zod-openapi'
import { ProblemError, problems } from '../problems/problem.ts'

/** Keyset pagination: a page names where it ended, so rows that arrive meanwhile move nothing. */
export const PageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .openapi({ description: 'Rows on a page' }),
  cursor: z.string().max(500).optional().openapi({ description: '`next` of the page before' }),
}

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), next: z.string().nullable() })
}

/** A page from one row more than was asked for: that row says whether there is a next page. */
export function pageFrom<T>(
  rows: readonly T[],
  limit: number,
  positionOf: (row: T) => readonly (string | number)[],
): { data: T[]; next: string | null } {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  return { data, next: last && rows.length > limit ? encodeCursor(positionOf(last)) : null }
}

export function encodeCursor(position: readonly (string | number)[]): string {
  return btoa(encodeURIComponent(JSON.stringify(position)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** @throws ProblemError 400 for a cursor that is not one of ours */
export function decodeCursor<T extends z.ZodType>(cursor: string, shape: T): z.infer<T> {
  try {
    const json = decodeURIComponent(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')))
    return shape.parse(JSON.parse(json))
  } catch {
    throw new ProblemError(problems.invalid('The cursor is not one this route gave out.', 'cursor'))
  }
}
