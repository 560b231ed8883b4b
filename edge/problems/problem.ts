import type { KeyKind } from '../keys/api-key.ts'

/**
 * An answer that says no: RFC 9457 problem+json with a stable `code` and a `next` step, so that a
 * person reads one sentence and a program reads one word.
 */
export interface Problem {
  status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429 | 502 | 503
  code: string
  title: string
  detail: string
  /** What the caller can do about it. */
  next: string
  retryAfterSeconds?: number
}

export class ProblemError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

export function problemResponse(problem: Problem, headers: HeadersInit = {}): Response {
  const { retryAfterSeconds, ...body } = problem
  const answer = new Response(JSON.stringify({ type: `urn:edgewise:${problem.code}`, ...body }), {
    status: problem.status,
    headers,
  })
  answer.headers.set('content-type', 'application/problem+json')
  if (retryAfterSeconds !== undefined) answer.headers.set('retry-after', String(retryAfterSeconds))
  return answer
}

export const problems = {
  unavailable(detail: string): Problem {
    return {
      status: 503,
      code: 'unavailable',
      title: 'Not available right now',
      detail,
      next: 'Send the same request again; repeating it with the same ids is harmless.',
      retryAfterSeconds: 2,
    }
  },
  keyMissing(kinds: readonly KeyKind[]): Problem {
    return {
      status: 401,
      code: 'key_missing',
      title: 'Key missing',
      detail: 'The request carries no key.',
      next: kinds.includes('write')
        ? 'Send a write key (Basic user name or body field writeKey) or a secret key (Bearer).'
        : 'Send a secret key of the workspace with the header Authorization: Bearer esk_….',
    }
  },
  keyRefused(): Problem {
    return {
      status: 401,
      code: 'key_refused',
      title: 'Key refused',
      detail: 'This key does not exist or was revoked.',
      next: 'Copy a current key of your workspace.',
    }
  },
  forbidden(permission: string): Problem {
    return {
      status: 403,
      code: 'forbidden',
      title: 'Not allowed',
      detail: `This key does not carry the permission ${permission}.`,
      next: 'Use a secret key; write keys are public and may only capture and decide.',
    }
  },
  notFound(what: string, next = 'Check the address; /docs lists every route.'): Problem {
    return {
      status: 404,
      code: 'not_found',
      title: 'Not found',
      detail: `There is no ${what}.`,
      next,
    }
  },
  noSuchVisitor(): Problem {
    return problems.notFound(
      'visitor of this id in the workspace',
      'Check the id, letter case counts; a visitor appears within seconds of the first event.',
    )
  },
  methodNotAllowed(method: string, allowed: readonly string[]): Problem {
    return {
      status: 405,
      code: 'method_not_allowed',
      title: 'Method not allowed',
      detail: `This address does not take ${method}.`,
      next: `Send ${allowed.join(' or ')}.`,
    }
  },
  notJson(): Problem {
    return {
      status: 415,
      code: 'not_json',
      title: 'Not JSON',
      detail: 'The body is not declared as JSON.',
      next: 'Send JSON with the header Content-Type: application/json.',
    }
  },
  conflict(detail: string, next: string): Problem {
    return { status: 409, code: 'conflict', title: 'Conflict', detail, next }
  },
  invalid(detail: string, field?: string): Problem {
    return {
      status: 400,
      code: 'invalid',
      title: 'Invalid request',
      detail,
      next: field ? `Correct ${field} and send again.` : 'Correct the request and send again.',
    }
  },
} satisfies Record<string, (...args: never[]) => Problem>
