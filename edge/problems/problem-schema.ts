import { z } from '@hono/zod-openapi'

export const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    next: z.string(),
  })
  .openapi('Problem')

/** An OpenAPI answer that says no. */
export function problemContent(description: string) {
  return { description, content: { 'application/problem+json': { schema: ProblemBody } } }
}

/** The refusals that every guarded route shares. */
export const guardRefusals = {
  401: problemContent('No valid key'),
  403: problemContent('The key does not carry the permission'),
  503: problemContent('The key or the store cannot be asked right now'),
}

/** And those of the routes that take a body. */
export const bodyRefusals = {
  ...guardRefusals,
  413: problemContent('The body is too large'),
  415: problemContent('The body is not declared as JSON'),
}
