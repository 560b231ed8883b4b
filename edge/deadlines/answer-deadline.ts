import { ProblemError, problems } from '../problems/problem.ts'
import { within } from './within.ts'

/**
 * The longest that anybody waits for an answer of the API or of a page. Longer than what is waited for on
 * the way (the store 15 s, an identity provider 10 s), so that those say better what is wrong; this one is for
 * what has no limit of its own, such as an object that hangs.
 */
export const ANSWER_DEADLINE_MS = 60_000

/**
 * The answer, or that it takes too long. What was begun goes on: a caller who changes something cannot know
 * from this whether it was done, and is told so.
 *
 * @throws ProblemError 503 `took_too_long`
 */
export function answerInTime(
  answer: Response | Promise<Response>,
  deadlineMs = ANSWER_DEADLINE_MS,
): Promise<Response> {
  const late = () => new ProblemError(problems.tookTooLong(deadlineMs))
  return within(deadlineMs, Promise.resolve(answer), late)
}
