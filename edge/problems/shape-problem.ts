import type { z } from '@hono/zod-openapi'
import { ProblemError, problems } from './problem.ts'

type Issue = z.core.$ZodIssue

/** The first thing that is wrong with a request, in one sentence that names the field. */
export function shapeProblem(error: z.core.$ZodError): ProblemError {
  const issue = error.issues[0]
  if (!issue) return new ProblemError(problems.invalid('The request is not valid.'))
  if (issue.code === 'unrecognized_keys') {
    const field = [...issue.path, issue.keys[0] ?? ''].join('.')
    return new ProblemError(problems.invalid(`There is no field ${field} in this request.`, field))
  }
  const field = issue.path.join('.')
  const detail =
    issue.code === 'custom'
      ? [field, issue.message].filter(Boolean).join(': ')
      : `${field || 'The body'} ${wrong(issue)}.`
  return new ProblemError(problems.invalid(detail, field || undefined))
}

/** What is wrong with a query whose schema says by itself what to do about parameters it lacks. */
export function queryProblem(error: z.core.$ZodError): ProblemError {
  const unknown = error.issues.find((issue) => issue.code === 'unrecognized_keys')
  if (!unknown) return shapeProblem(error)
  const detail = `There is no parameter ${unknown.keys[0] ?? ''}.`
  return new ProblemError({ ...problems.invalid(detail), next: unknown.message })
}

function wrong(issue: Exclude<Issue, { code: 'custom' | 'unrecognized_keys' }>): string {
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'string' && Number(issue.minimum) === 1) return 'must not be empty'
      return `must ${amount(issue.origin, 'at least', issue.minimum)}`
    case 'too_big':
      return `must ${amount(issue.origin, 'at most', issue.maximum)}`
    case 'invalid_type':
      return / undefined$/.test(issue.message) ? 'is missing' : `must be ${an(issue.expected)}`
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${String(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(', ')}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    default:
      return 'does not have the form that is documented'
  }
}

function amount(origin: string, bound: string, limit: number | bigint): string {
  switch (origin) {
    case 'string':
      return `have ${bound} ${counted(limit, 'character', 'characters')}`
    case 'array':
    case 'set':
    case 'map':
      return `have ${bound} ${counted(limit, 'entry', 'entries')}`
    default:
      return `be ${bound} ${limit}`
  }
}

function counted(count: number | bigint, one: string, many: string): string {
  return `${count} ${Number(count) === 1 ? one : many}`
}

/** Types as a JSON document calls them. */
const TYPE_NAMES: Record<string, string> = {
  int: 'a whole number',
  record: 'an object',
  object: 'an object',
  array: 'a list',
  boolean: 'true or false',
  null: 'null',
}

function an(type: string): string {
  return TYPE_NAMES[type] ?? `a ${type}`
}
