import { createMiddleware } from 'hono/factory'
import type { z } from 'zod'
import type { ApiEnv } from '../../api/api-app.ts'
import { problemResponse, problems } from '../../problems/problem.ts'

/** More than any form of these pages; a passkey's answer is the largest. */
const MAX_FORM_BYTES = 32_768

/**
 * Forms are taken from our own pages alone. Every browser that keeps SameSite cookies sends Origin with a
 * POST, so one without it is refused too. (OWASP: verifying the origin with standard headers.)
 */
export const sameOriginForm = createMiddleware<ApiEnv>(async (c, next) => {
  if (c.req.method === 'POST' && c.req.header('origin') !== new URL(c.req.url).origin) {
    return problemResponse(problems.foreignForm())
  }
  await next()
})

/** The fields of a form, each once; the first problem says which field is missing. */
export async function fieldsOf<T extends z.ZodObject>(
  request: Request,
  shape: T,
): Promise<z.infer<T> | null> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_FORM_BYTES) return null
  const text = await request.text()
  if (text.length > MAX_FORM_BYTES) return null
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) return null
    fields.set(name, value)
  }
  const read = shape.safeParse(Object.fromEntries(fields))
  return read.success ? read.data : null
}
