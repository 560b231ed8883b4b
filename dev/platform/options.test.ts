import { expect, test } from 'vitest'
import { parseOptions, StartError } from './options.ts'

test('thirty days of demo visits are the default, and more can be asked for', () => {
  expect(parseOptions([], {})).toMatchObject({ historyDays: 30, demo: true, port: 8787 })
  expect(parseOptions(['--history', '150'], {})).toMatchObject({ historyDays: 150 })
})

test.each(['7', '366', 'months'])('a history of %s is refused in a sentence', (history) => {
  const parse = () => parseOptions(['--history', history], {})
  expect(parse).toThrow(StartError)
  expect(parse).toThrow(`from 30 to 365, not ${history}.`)
})
