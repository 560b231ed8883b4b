import { describe, expect, test } from 'vitest'
import { pageKind } from './page-kind.ts'

describe('the kind of a page', () => {
  test.each([
    ['/pricing', 'pricing'],
    ['/pricing/', 'pricing'],
    ['/de/Pricing', 'pricing'],
    ['/product/pricing', 'pricing'],
    ['/plans/enterprise', 'pricing'],
    ['/demo', 'demo'],
    ['/signup', 'signup'],
    ['/docs/pricing-api', 'docs'],
    ['/docs/pricing', 'docs'],
    ['/customers', 'customers'],
    ['/customers/demo', 'customers'],
    ['/blog/pricing', 'blog'],
    ['/en-us/blog/careers', 'blog'],
    ['/careers/engineer', 'careers'],
    ['/product', 'product'],
    ['/features/scoring', 'product'],
    ['pricing', 'pricing'],
  ])('%s is %s', (path, kind) => {
    expect(pageKind(path)).toBe(kind)
  })

  test.each(['/', '', '//', '/about', '/pricing-experiments', '/a/b/c/pricing', null])(
    '%s is none',
    (path) => {
      expect(pageKind(path)).toBeNull()
    },
  )
})
