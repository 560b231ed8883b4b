import { expect, test } from 'vitest'
import { knownTraits } from './known-traits.ts'

test('well-known traits have a name, others stay as they were sent', () => {
  expect(
    knownTraits({
      title: 'Head of Freight',
      employees: '1000-4999',
      favouriteLane: 'Gdynia',
      constructor: 'x',
    }).map(({ label, value }) => [label, value]),
  ).toEqual([
    ['Job title', 'Head of Freight'],
    ['Company size', '1,000–4,999'],
    ['favouriteLane', 'Gdynia'],
    ['constructor', 'x'],
  ])
})

test('what a company is said to be is read one level deep', () => {
  expect(
    knownTraits({ company: { name: 'Demo', industry: 'Freight', employees: 1200, more: {} } }),
  ).toEqual([
    { key: 'company.industry', label: 'Industry', value: 'Freight' },
    { key: 'company.employees', label: 'Company size', value: '1,200' },
  ])
})

test('name and address are said elsewhere, and what is empty or endless is not said', () => {
  expect(
    knownTraits({ name: 'Ann', email: 'a@b.example', x: '', y: null, z: 'z'.repeat(201), a: [1] }),
  ).toEqual([])
})
