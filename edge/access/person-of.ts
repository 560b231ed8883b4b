import { ProblemError, problems } from '../problems/problem.ts'
import type { Caller, PersonCaller } from './caller.ts'

/**
 * The person behind a call, for what only people do. The matrix gives such permissions to no key; this says
 * so to the types, and once more to whoever changes the matrix.
 *
 * @throws ProblemError 403
 */
export function personOf(caller: Caller): PersonCaller {
  if (caller.kind === 'person') return caller
  throw new ProblemError(problems.peopleAlone())
}
