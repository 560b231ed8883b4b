import { expect, test } from 'vitest'
import { nearestName } from './nearest-name.ts'

const KNOWN = ['limit', 'cursor', 'visitor', 'name', 'messageId', 'verdict']

test.each([
  ['visitorId', 'visitor'],
  ['visitor_id', 'visitor'],
  ['message_id', 'messageId'],
  ['MESSAGEID', 'messageId'],
  ['message', 'messageId'],
  ['lmit', 'limit'],
  ['verdikt', 'verdict'],
  ['nam', 'name'],
  ['offset', null],
  ['age', null],
  ['', null],
  ['__proto__', null],
])('%s was meant to be %s', (given, meant) => {
  expect(nearestName(given, KNOWN)).toBe(meant)
})
