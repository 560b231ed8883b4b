import { describe, expect, test } from 'vitest'
import { callerOfRequest } from './caller-of-request.ts'
import { BROWSER_AGENT, RECEIVED_AT } from './segment-call.fixture.ts'

const options = { receivedAt: RECEIVED_AT, verified: false, honourGpc: true }

const ONLY_BROWSERS_SEND: Record<string, string>[] = [
  { origin: 'https://acme.example' },
  { 'sec-fetch-site': 'same-origin' },
]

function requestWith(headers: Record<string, string>, cf: Record<string, unknown> = {}): Request {
  return Object.assign(new Request('https://edge.example/v1/b', { headers }), { cf })
}

describe('the caller of a request', () => {
  test.each(ONLY_BROWSERS_SEND)(
    'is a browser, with its agent and country, when it sends %j',
    (header) => {
      const request = requestWith({ ...header, 'user-agent': BROWSER_AGENT }, { country: 'DE' })
      expect(callerOfRequest(request, options).browser).toEqual({
        userAgent: BROWSER_AGENT,
        country: 'DE',
      })
    },
  )

  test('is a server otherwise, whose agent and country say nothing of visitors', () => {
    const request = requestWith({ 'user-agent': 'analytics-node-next/latest' }, { country: 'US' })
    expect(callerOfRequest(request, options).browser).toBeNull()
  })

  test('may be a browser of which neither agent nor country is known', () => {
    const request = requestWith({ origin: 'https://acme.example' }, { country: undefined })
    expect(callerOfRequest(request, options).browser).toEqual({ userAgent: '', country: null })
  })

  test.each<[Record<string, string>, boolean]>([
    [{ 'sec-gpc': '1' }, true],
    [{ dnt: '1' }, true],
    [{ 'sec-gpc': '0', dnt: '0' }, false],
    [{ dnt: 'unspecified' }, false],
    [{}, false],
  ])('with %j opted out: %s', (headers, optedOut) => {
    expect(callerOfRequest(requestWith(headers), options).optedOut).toBe(optedOut)
    const ignoring = callerOfRequest(requestWith(headers), { ...options, honourGpc: false })
    expect(ignoring.optedOut).toBe(false)
  })
})
