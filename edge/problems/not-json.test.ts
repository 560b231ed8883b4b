import { expect, test } from 'vitest'
import { notJsonProblem } from './not-json.ts'

test.each([
  ['{"features":{"employees":NaN}}', 'JSON has no NaN (the value of employees).'],
  ['{"a":"NaN: {","b": -Infinity}', 'JSON has no -Infinity (the value of b).'],
  ['{"a":undefined}', 'JSON has no undefined (the value of a).'],
  ['[1,NaN]', 'JSON has no NaN.'],
  ['NaN', 'JSON has no NaN.'],
  ['{"a":"\\"NaN"', 'The body is not valid JSON.'],
  ['{"visitorId":', 'The body is not valid JSON.'],
  ['', 'The body is not valid JSON.'],
])('%s: %s', (text, detail) => {
  expect(notJsonProblem(text)).toMatchObject({ status: 400, code: 'invalid', detail })
})

test('a long text is read once', () => {
  const text = `{"a":"${'\\"NaN'.repeat(100_000)}`
  const startedAt = performance.now()
  notJsonProblem(text)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
