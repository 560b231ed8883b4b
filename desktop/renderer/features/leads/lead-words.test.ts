import { describe, expect, test } from 'vitest'
import type { Lead } from '#rpc/leads.ts'
import { channelName, countryName, leadName, leadSubtitle, plural } from './lead-words.ts'

const lead = (partial: Partial<Lead>): Lead => ({
  leadKey: 'v:0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9',
  known: false,
  name: null,
  email: null,
  company: null,
  points: null,
  grade: null,
  devices: 1,
  sessions: 1,
  pageviews: 1,
  events: 1,
  firstSeenAt: 0,
  lastSeenAt: 0,
  channel: 'direct',
  country: null,
  lastPath: null,
  ...partial,
})

describe('how a lead is called', () => {
  test.each([
    [{}, 'Visitor d7e8f9', 'Anonymous'],
    [{ known: true }, 'Visitor d7e8f9', 'Known person'],
    [{ email: 'a@example.com', known: true }, 'a@example.com', 'Known person'],
    [{ email: 'a@example.com', company: 'Example' }, 'a@example.com', 'Example'],
    [{ name: 'Ann', email: 'a@example.com', company: 'Example' }, 'Ann', 'Example · a@example.com'],
    [{ company: 'Example' }, 'Example', 'Anonymous'],
  ])('%j', (partial, name, subtitle) => {
    expect(leadName(lead(partial))).toBe(name)
    expect(leadSubtitle(lead(partial))).toBe(subtitle)
  })
})

test.each([
  ['paid_search', 'Paid search'],
  ['ai_assistant', 'AI assistant'],
  ['something_new', 'Something new'],
  ['', ''],
])('channel %s reads %s', (code, words) => {
  expect(channelName(code)).toBe(words)
})

test('countries are named, and what is no code stays', () => {
  expect(countryName('DE')).toBe('Germany')
  expect(countryName('not a code')).toBe('not a code')
})

test('counts agree with their word', () => {
  expect(plural(1, 'session')).toBe('1 session')
  expect(plural(1200, 'session')).toBe('1,200 sessions')
})
