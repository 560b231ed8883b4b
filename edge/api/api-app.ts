import { OpenAPIHono } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import type { Permission } from '#shared/access/matrix.ts'
import { authorize } from '../access/authorize.ts'
import type { Caller } from '../access/caller.ts'
import type { Env } from '../env.ts'
import { ProblemError, problemResponse, problems } from '../problems/problem.ts'
import { queryProblem, shapeProblem } from '../problems/shape-problem.ts'
import { requireShallow } from './request-limits.ts'

/** Every route's context: the Worker's bindings, and who calls once the permission was checked. */
export interface ApiEnv {
  Bindings: Env
  Variables: { caller: Caller }
}

export type ApiApp = OpenAPIHono<ApiEnv>

/** A Hono app whose refusals are problem+json, with the field named. */
export function apiApp(): ApiApp {
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return
      throw result.target === 'query' ? queryProblem(result.error) : shapeProblem(result.error)
    },
  })
  app.onError((error) => answerOf(error))
  return app
}

/**
 * What a route requires, said where the route is declared: it checks key or token before the request is
 * looked at, shows in the OpenAPI document, and the route walk fails on a route without it.
 */
export function guarded<P extends Permission | 'public'>(permission: P) {
  return {
    'x-permission': permission,
    security: permission === 'public' ? [] : [{ key: [] }],
    middleware: createMiddleware<ApiEnv>(async (c, next) => {
      if (permission !== 'public') {
        c.set('caller', await authorize(c.env, c.req.raw, permission))
      }
      requireJson(c.req.raw)
      // Kept by Hono, so that the route's validator parses the same text.
      if (c.req.raw.body) requireShallow(await c.req.text())
      await next()
    }),
  }
}

/** Without it a body of another type would pass for an empty one, and the refusal would mislead. */
export function requireJson(request: Request): void {
  const { headers } = request
  // workerd gives an empty POST a body of no bytes, not null.
  if (request.body === null || headers.get('content-length') === '0') return
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || /^application\/.+\+json$/.test(type)) return
  throw new ProblemError(problems.notJson())
}

export function answerOf(error: Error): Response {
  if (error instanceof ProblemError) return problemResponse(error.problem)
  if (error instanceof HTTPException && error.status === 400) {
    return problemResponse(problems.invalid('The body is not valid JSON.'))
  }
  // The cause alone: the query builder's own message carries the values of the query.
  const reason = String(error.cause ?? error)
  console.error(JSON.stringify({ event: 'request_failed', reason }))
  return problemResponse(problems.unavailable('The store did not answer.'))
}
