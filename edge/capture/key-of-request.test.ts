import { describe, expect, test } from 'vitest'
import { keyOfHeaders } from './key-of-request.ts'

const KEY = 'ewk_demo_0123456789abcdefghijklmn'

const keyOf = (headers: Record<string, string>) => keyOfHeaders(new Headers(headers))

describe('the key of a request', () => {
  test.each<[string, Record<string, string>]>([
    ['Basic with a colon', { authorization: `Basic ${btoa(`${KEY}:`)}` }],
    ['Basic without a colon', { authorization: `Basic ${btoa(KEY)}` }],
    ['Basic with a password', { authorization: `Basic ${btoa(`${KEY}:pass:word`)}` }],
    ['Basic in lower case and with spaces', { authorization: ` basic   ${btoa(`${KEY}:`)} ` }],
    ['Bearer', { authorization: `Bearer ${KEY}` }],
    ['X-Write-Key', { 'x-write-key': KEY }],
    [
      'X-Write-Key beside a scheme we do not know',
      { authorization: 'Digest x', 'x-write-key': KEY },
    ],
    ['X-Write-Key beside an empty user name', { authorization: 'Basic Og==', 'x-write-key': KEY }],
  ])('is read from %s', (_, headers) => {
    expect(keyOf(headers)).toBe(KEY)
  })

  test.each<[string, Record<string, string>]>([
    ['no header', {}],
    [
      'an empty user name, as clients send that carry their key in the body',
      { authorization: 'Basic Og==' },
    ],
    ['Basic without credentials', { authorization: 'Basic' }],
    ['Basic that is not base64', { authorization: 'Basic %%%' }],
    ['Bearer without a token', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Token ${KEY}` }],
    ['an empty X-Write-Key', { 'x-write-key': '' }],
  ])('is null for %s, so that the body may name it', (_, headers) => {
    expect(keyOf(headers)).toBeNull()
  })
})
