import { expect, test } from 'vitest'
import { domainsAfter } from './domains-after.ts'

const [a, b] = [
  { domain: 'a.example', required: true },
  { domain: 'b.example', required: false },
]

test.each([
  [
    'a new domain is added',
    'c.example',
    'listed',
    [a, b, { domain: 'c.example', required: false }],
  ],
  ['a domain is required', 'b.example', 'required', [a, { ...b, required: true }]],
  ['a domain is required no more', 'a.example', 'listed', [{ ...a, required: false }, b]],
  ['a domain is taken out', 'a.example', 'gone', [b]],
  ['one that is out already stays out', 'c.example', 'gone', [a, b]],
] as const)('%s, and the others stay as they are', (_what, domain, wish, after) => {
  expect(domainsAfter([a, b], domain, wish)).toEqual(after)
})

test('the edge gets of a domain only what it takes', () => {
  const listed = { ...a, verifiedAt: 1, record: 'edgewise-verification=x' }
  expect(domainsAfter([listed], 'b.example', 'listed')).toEqual([a, b])
})
