import { describe, expect, test } from 'vitest'
import { ProblemError } from '../problems/problem.ts'
import { answerInTime } from './answer-deadline.ts'

const never = new Promise<Response>(() => {})

describe('an answer of the edge', () => {
  test('that never comes is told as such, and that what was asked may still be done', async () => {
    const refusal: unknown = await answerInTime(never, 5).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ProblemError)
    expect((refusal as ProblemError).problem).toMatchObject({
      status: 503,
      code: 'took_too_long',
      detail: expect.stringContaining('may still be done'),
    })
  })

  test('that comes in time is the answer itself, and leaves no timer behind', async () => {
    const answer = new Response('here')
    expect(await answerInTime(Promise.resolve(answer), 60_000)).toBe(answer)
    const left = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')
    await answerInTime(answer, 60_000)
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toEqual(left)
  })

  test('that fails, fails as it did; one that fails after its time disturbs nobody', async () => {
    await expect(answerInTime(Promise.reject(new Error('The store is away.')))).rejects.toThrow(
      'The store is away.',
    )
    let fail = (_error: Error) => {}
    const failsLate = new Promise<Response>((_, reject) => {
      fail = reject
    })
    await expect(answerInTime(failsLate, 5)).rejects.toThrow('took_too_long')
    // Vitest fails a file with an unhandled rejection.
    fail(new Error('Nobody waits any more.'))
  })
})
