import { expect, test } from 'vitest'
import { pageNames } from './page-names.ts'

const named = (...titles: string[]) => [
  ...pageNames(new Map(titles.map((title, n) => [`/${n}`, title]))).values(),
]

test('the site’s name goes where most pages end with it', () => {
  expect(named('Pricing · Acme', 'Tannery · A story · Acme', 'Docs · Acme', 'Home')).toEqual([
    'Pricing',
    'Tannery · A story',
    'Docs',
    'Home',
  ])
})

test('what only some pages end with, or two of two, stays', () => {
  const some = ['One | Guide', 'Two | Guide', 'Three | Guide', 'Four', 'Five', 'Six']
  expect(named(...some)).toEqual(some)
  expect(named('One - Acme', 'Two - Acme')).toEqual(['One - Acme', 'Two - Acme'])
})

test('a title that is the site’s name alone is kept, and no page loses its whole name', () => {
  expect(named('One - Acme', 'Two - Acme', 'Three - Acme', ' - Acme')).toEqual([
    'One',
    'Two',
    'Three',
    ' - Acme',
  ])
})
