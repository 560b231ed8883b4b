import { describe, expect, test } from 'vitest'
import type { TraitValue } from '#shared/profile/traits.ts'
import { channelLevel } from './channel-level.ts'
import {
  countryTier,
  emailKind,
  employeeRangeOf,
  employeesOf,
  industryOf,
  seniorityOf,
  statedCountry,
} from './firmographics.ts'

const reader = (traits: Record<string, TraitValue>) => (key: string) => traits[key]

describe('an e-mail address', () => {
  test.each([
    ['kim@demo-alder.example', 'company'],
    ['Kim@GMail.com ', 'free'],
    ['"a@b"@gmx.de', 'free'],
    ['@acme.example', null],
    ['nobody', null],
    ['nobody@localhost', null],
  ])('%s is %s', (email, kind) => {
    expect(emailKind(email)).toBe(kind)
  })
})

describe('a head count', () => {
  test.each<[Record<string, TraitValue>, number | null]>([
    [{ 'company.employees': 40 }, 40],
    [{ employees: '51-200' }, 101],
    [{ company_size: '1,000+' }, 1000],
    [{ 'company.size': 'about 12 people' }, 12],
    [{ employees: 'many' }, null],
    [{ employees: -4 }, null],
    [{ employees: null, company_size: '11-50' }, 23],
    [{ employees: '1-49' }, 7],
    [{}, null],
  ])('of %j is %s', (traits, employees) => {
    expect(employeesOf(reader(traits))).toBe(employees)
  })
})

describe('a head count in words', () => {
  test.each<[Record<string, TraitValue>, string | null]>([
    [{ employees: '1000-4999' }, '1,000–4,999'],
    [{ employees: '51 to 200' }, '51–200'],
    [{ employees: '5000+' }, '5,000+'],
    [{ company_size: '1,000 +' }, '1,000+'],
    [{ employees: 'about 12 people' }, null],
    [{ employees: 40 }, null],
    [{ employees: 'many' }, null],
    [{}, null],
  ])('of %j is the range that was said: %s', (traits, range) => {
    expect(employeeRangeOf(reader(traits))).toBe(range)
  })
})

describe('a job title', () => {
  test.each([
    ['CEO', 'executive'],
    ['Co-Founder', 'executive'],
    ['VP of Sales', 'executive'],
    ['Head of Marketing', 'director'],
    ['Senior Product Manager', 'manager'],
    ['Software Engineer', 'specialist'],
    ['Marketing Intern', 'student'],
    ['Procurement Officer', 'specialist'],
    [' ', null],
  ])('%s is %s', (title, level) => {
    expect(seniorityOf(reader({ title }))).toBe(level)
  })
})

test.each([
  ['Computer Software', 'software'],
  ['Freight & Logistics', 'logistics'],
  ['E-Commerce', 'retail'],
  ['Beekeeping', 'other'],
  ['', null],
])('the industry %s is %s', (industry, level) => {
  expect(industryOf(reader({ 'company.industry': industry }))).toBe(level)
})

test('a country is tiered by its code, and a stated one must be a code', () => {
  expect([countryTier('de'), countryTier('PL'), countryTier('XX')]).toEqual([
    'core',
    'growth',
    'other',
  ])
  expect(statedCountry(reader({ 'address.country': 'DE' }))).toBe('DE')
  expect(statedCountry(reader({ country: 'Germany' }))).toBeNull()
})

test('a channel the edge does not name is other, whatever its spelling', () => {
  expect(['Paid Search', 'paid-search', 'paid_search'].map(channelLevel)).toEqual(
    Array(3).fill('paid_search'),
  )
  expect(channelLevel('carrier pigeon')).toBe('other')
})
