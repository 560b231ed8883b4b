import type { Context } from 'hono'
import { problemResponse, problems } from '../problems/problem.ts'
import type { ApiApp, ApiEnv } from './api-app.ts'

/** The answer where no route matched: 405 where the address takes other methods, 404 elsewhere. */
export function unrouted(app: ApiApp): (c: Context<ApiEnv>) => Response {
  return (c) => {
    const allowed = methodsOf(app, c.req.path)
    return allowed.length === 0
      ? problemResponse(problems.notFound('route of this address'))
      : problemResponse(problems.methodNotAllowed(c.req.method, allowed), {
          allow: allowed.join(', '),
        })
  }
}

function methodsOf(app: ApiApp, path: string): string[] {
  const methods = app.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' && matches(definition.route.path, path)
      ? [definition.route.method.toUpperCase()]
      : [],
  )
  return [...new Set(methods)].sort()
}

/** @param template a path of the API document, `{name}` standing for one segment */
function matches(template: string, path: string): boolean {
  const wanted = template.split('/')
  const given = path.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith('{') || part === given[index])
  )
}
