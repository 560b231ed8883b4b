import { expect, test } from 'vitest'
import { readDomains } from './domain-names.ts'

test.each([
  ['', []],
  ['company.example', ['company.example']],
  ['@Company.Example,\n mail.company.example; ', ['company.example', 'mail.company.example']],
  ['a.example a.example', ['a.example']],
  ['münchen.example', ['xn--mnchen-3ya.example']],
])('%j is read as people write domains', (text, domains) => {
  expect(readDomains(text)).toEqual({ kind: 'domains', domains })
})

test.each([
  'company',
  'https://company.example',
  'ada@company.example',
  '*.company.example',
  '-a.example',
  'a..example',
])('%s is none, and named', (text) => {
  expect(readDomains(`good.example ${text}`)).toEqual({
    kind: 'invalid',
    message: expect.stringContaining(`“${text}”`),
  })
})
