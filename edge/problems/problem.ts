import type { KeyKind } from '#shared/access/matrix.ts'
import type { NoAccess } from '../access/member-access.ts'

/**
 * An answer that says no: RFC 9457 problem+json with a stable `code` and a `next` step, so that a
 * person reads one sentence and a program reads one word.
 */
export interface Problem {
  status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 414 | 415 | 429 | 502 | 503
  code: string
  title: string
  detail: string
  /** What the caller can do about it. */
  next: string
  retryAfterSeconds?: number
}

const BEARER = 'Bearer realm="edgewise"'

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
  // RFC 9110, 15.5.2: a 401 names a way to authenticate. Browsers ask nobody for a Bearer.
  if (problem.status === 401) answer.headers.set('www-authenticate', BEARER)
  if (retryAfterSeconds !== undefined) answer.headers.set('retry-after', String(retryAfterSeconds))
  return answer
}

const SESSION_ENDS: Record<NoAccess, { detail: string; next: string }> = {
  signed_out: { detail: 'This session was ended.', next: 'Sign in again.' },
  deactivated: {
    detail: 'This account is deactivated.',
    next: 'Ask an admin of the workspace to activate it.',
  },
  not_a_member: {
    detail: 'You are no longer a member of this workspace.',
    next: 'Ask an admin of the workspace for an invitation.',
  },
  role_removed: {
    detail: 'Your role in this workspace was removed.',
    next: 'Ask an admin of the workspace for another role.',
  },
  second_factor_missing: {
    detail: 'This workspace asks for a second factor.',
    next: 'Sign in again and set one up under /account.',
  },
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
  tookTooLong(afterMs: number): Problem {
    return {
      status: 503,
      code: 'took_too_long',
      title: 'It took too long',
      detail: `There was no answer for ${afterMs / 1000} s. What was asked may still be done.`,
      next: 'If the request changes something, look whether that was done before you send it again.',
      retryAfterSeconds: 10,
    }
  },
  keyMissing(kinds: readonly KeyKind[]): Problem {
    return {
      status: 401,
      code: 'key_missing',
      title: 'Key missing',
      detail: 'The request carries neither a key nor a token.',
      next: kinds.includes('write')
        ? 'Send a write key (Basic user name or body field writeKey) or a secret key (Bearer).'
        : kinds.includes('secret')
          ? 'Send a secret key of the workspace with the header Authorization: Bearer esk_….'
          : 'Sign in, and send the access token with the header Authorization: Bearer ….',
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
  forbidden(permission: string, kinds: readonly KeyKind[]): Problem {
    return {
      status: 403,
      code: 'forbidden',
      title: 'Not allowed',
      detail: `This key does not carry the permission ${permission}.`,
      next: kinds.includes('secret')
        ? 'Use a secret key that carries it; write keys are public and may only capture and decide.'
        : 'No key may do this: sign in as a person whose role allows it.',
    }
  },
  tokenExpired(): Problem {
    return {
      status: 401,
      code: 'token_expired',
      title: 'Token expired',
      detail: 'The access token is past its time.',
      next: 'Get a new one with the refresh token, and send the request again.',
    }
  },
  tokenRefused(reason: string): Problem {
    return {
      status: 401,
      code: 'token_refused',
      title: 'Token refused',
      detail: `The access token is not good here. ${reason}`,
      next: 'Sign in again.',
    }
  },
  sessionEnded(why: NoAccess): Problem {
    return { status: 401, code: why, title: 'Signed out', ...SESSION_ENDS[why] }
  },
  foreignForm(): Problem {
    return {
      status: 403,
      code: 'foreign_form',
      title: 'Not allowed',
      detail: 'This form was not sent from a page of this edge.',
      next: 'Open the page itself and send the form from there.',
    }
  },
  peopleAlone(): Problem {
    return {
      status: 403,
      code: 'people_alone',
      title: 'Not allowed',
      detail: 'Only a person may do this, not a key.',
      next: 'Sign in, and do it in the console.',
    }
  },
  aboveYou(): Problem {
    return {
      status: 403,
      code: 'above_you',
      title: 'Not allowed',
      detail: 'Nobody gives or takes what they do not have themselves.',
      next: 'Ask an owner of the workspace to do it.',
    }
  },
  notInRole(permission: string, role: string): Problem {
    return {
      status: 403,
      code: 'not_in_role',
      title: 'Not allowed',
      detail: `The role ${role} does not carry the permission ${permission}.`,
      next: 'Ask an admin of the workspace for a role that does.',
    }
  },
  stepUpRequired(sessionId: string): Problem {
    return {
      status: 403,
      code: 'step_up_required',
      title: 'Confirm that it is you',
      detail: 'This cannot be undone easily, and it was a while ago that you proved who you are.',
      next: `Open /account/confirm?session=${sessionId} in a browser, then send the request again.`,
    }
  },
  originNotAllowed(): Problem {
    return {
      status: 403,
      code: 'origin_not_allowed',
      title: 'Not from this site',
      detail: 'This key may not be used from the site that the browser names in Origin.',
      next: 'Add the origin, such as https://shop.example, to the key’s allowed origins, or use another key.',
    }
  },
  quotaExceeded(retryAfterSeconds: number): Problem {
    return {
      status: 429,
      code: 'quota_exceeded',
      title: 'Above the quota',
      detail: 'The workspace has used up its decisions of this minute.',
      next: 'Show the default content, and ask again after the time in Retry-After.',
      retryAfterSeconds,
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
  bodyTooLarge(maxKilobytes: number): Problem {
    return {
      status: 413,
      code: 'body_too_large',
      title: 'Body too large',
      detail: `A request to this address may carry at most ${maxKilobytes} KB.`,
      next: 'Send less at once.',
    }
  },
  addressTooLong(maxChars: number): Problem {
    return {
      status: 414,
      code: 'address_too_long',
      title: 'Address too long',
      detail: `An address may have at most ${maxChars} characters.`,
      next: 'Shorten the parameters.',
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
