import { z } from 'zod'

const OperationObject = z.looseObject({
  operationId: z.string(),
  'x-permission': z.string().optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  requestBody: z.unknown().optional(),
})

export const OpenApiDocument = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), OperationObject)),
  components: z.looseObject({}),
})
export type OpenApiDocument = z.infer<typeof OpenApiDocument>

export interface Operation {
  id: string
  method: string
  /** With `{parameters}`. */
  path: string
  permission: string | undefined
  takesBody: boolean
}

/** Every operation that the edge says it has, from its own document. */
export async function operationsOf(edge: string): Promise<Operation[]> {
  const document = OpenApiDocument.parse(await (await fetch(`${edge}/openapi.json`)).json())
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      permission: operation['x-permission'],
      takesBody: operation.requestBody !== undefined,
    })),
  )
}

export interface Call {
  headers?: Record<string, string>
  /** For operations that take one. */
  body?: unknown
  /** For every `{parameter}` of the path. */
  parameter?: string
  query?: string
}

export function call(edge: string, operation: Operation, given: Call = {}): Promise<Response> {
  const path = operation.path.replaceAll(
    /\{\w+\}/g,
    encodeURIComponent(given.parameter ?? 'nobody'),
  )
  return fetch(`${edge}${path}${given.query ?? ''}`, {
    method: operation.method,
    // A connection that is kept may be closed just as it is used, and fetch repeats no POST.
    headers: { 'content-type': 'application/json', connection: 'close', ...given.headers },
    body: operation.takesBody ? JSON.stringify(given.body ?? {}) : null,
  })
}

const ProblemCode = z.object({ code: z.string() })

/** The status, with the problem's code where it is one. */
export async function outcomeOf(answer: Response): Promise<string> {
  const isProblem = answer.headers.get('content-type') === 'application/problem+json'
  if (isProblem) return `${answer.status} ${ProblemCode.parse(await answer.json()).code}`
  await answer.body?.cancel()
  return String(answer.status)
}
