import { expect, test } from 'vitest'
import { inputColumns } from './input-columns.ts'

test('a feature by its name is taken as it is, and a category as one column a level', () => {
  expect(
    inputColumns([
      'sessions_30d',
      'has_company_email',
      { feature: 'industry', encoding: { kind: 'level', level: 'software' } },
      { feature: 'employees', encoding: { kind: 'number', transform: 'log1p' }, input: 'staff' },
      { feature: 'employees', encoding: { kind: 'missing' } },
    ]),
  ).toEqual({
    kind: 'columns',
    columns: [
      {
        input: 'sessions_30d',
        feature: 'sessions_30d',
        encoding: { kind: 'number', transform: 'identity' },
      },
      { input: 'has_company_email', feature: 'has_company_email', encoding: { kind: 'boolean' } },
      {
        input: 'industry=software',
        feature: 'industry',
        encoding: { kind: 'level', level: 'software' },
      },
      {
        input: 'staff',
        feature: 'employees',
        encoding: { kind: 'number', transform: 'log1p' },
      },
      { input: 'employees=missing', feature: 'employees', encoding: { kind: 'missing' } },
    ],
  })
})

test.each<[string, Parameters<typeof inputColumns>[0], RegExp, RegExp]>([
  ['a name that is no feature', ['shoe_size'], /shoe_size is no feature/, /pricing_views_7d/],
  ['a category without a level', ['industry'], /needs a level/, /"kind":"level"/],
  [
    'a level that the category does not have',
    [{ feature: 'industry', encoding: { kind: 'level', level: 'alchemy' } }],
    /cannot be taken as the level alchemy/,
    /"kind":"level"/,
  ],
  [
    'a number taken as yes or no',
    [{ feature: 'sessions_30d', encoding: { kind: 'boolean' } }],
    /cannot be taken as a boolean/,
    /"transform":"identity"/,
  ],
  ['a column listed twice', ['sessions_30d', 'sessions_30d'], /twice/, /once/],
])('%s is refused, with what to send instead', (_what, features, reason, next) => {
  const verdict = inputColumns(features)
  expect(verdict).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(reason),
    next: expect.stringMatching(next),
  })
})
