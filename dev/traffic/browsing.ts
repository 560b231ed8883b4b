import { FORM_TARGETS } from '#dev/site/pages/forms.ts'
import { documentTitle, SITE_PATHS, sitePage } from '#dev/site/site-pages.ts'
import type { Random } from './random.ts'

/** How far a person is on the way to buying; nobody tells, it only shows in what they read. */
export const STAGES = ['unaware', 'researching', 'evaluating', 'buying'] as const
export type Stage = (typeof STAGES)[number]

type Section =
  | 'home'
  | 'product'
  | 'pricing'
  | 'customers'
  | 'story'
  | 'docs'
  | 'blog'
  | 'demo'
  | 'careers'

const SECTION_WEIGHTS: Record<Stage | 'applicant', Record<Section, number>> = {
  unaware: {
    home: 25,
    product: 14,
    pricing: 3,
    customers: 3,
    story: 3,
    docs: 4,
    blog: 42,
    demo: 1,
    careers: 5,
  },
  researching: {
    home: 12,
    product: 28,
    pricing: 9,
    customers: 9,
    story: 10,
    docs: 10,
    blog: 18,
    demo: 3,
    careers: 1,
  },
  evaluating: {
    home: 7,
    product: 18,
    pricing: 20,
    customers: 7,
    story: 14,
    docs: 22,
    blog: 5,
    demo: 6,
    careers: 1,
  },
  buying: {
    home: 5,
    product: 9,
    pricing: 32,
    customers: 4,
    story: 10,
    docs: 24,
    blog: 2,
    demo: 13,
    careers: 1,
  },
  applicant: {
    home: 15,
    product: 12,
    pricing: 2,
    customers: 5,
    story: 4,
    docs: 3,
    blog: 14,
    demo: 0,
    careers: 45,
  },
}

const STORIES = pagesBelow('/customers/')
const DOCS = pagesBelow('/docs/')
const POSTS = pagesBelow('/blog/')

/** The path of the next page a person opens. */
export function nextPath(random: Random, stage: Stage | 'applicant'): string {
  const section = random.weighted(SECTION_WEIGHTS[stage])
  switch (section) {
    case 'home':
      return '/'
    case 'story':
      return random.pick(STORIES)
    case 'docs':
      return random.chance(0.25) ? '/docs' : random.pick(DOCS)
    case 'blog':
      return random.pick(POSTS)
    default:
      return `/${section}`
  }
}

/** Every path that traffic visits: the demo site's pages but those that only a sent form leads to. */
export const DEMO_PATHS: readonly string[] = SITE_PATHS.filter(
  (path) => !Object.values(FORM_TARGETS).includes(path),
)

/** The page's title as a browser would send it. */
export function titleOf(path: string): string {
  const page = sitePage(path)
  if (page === undefined) throw new Error(`The demo site has no page ${path}.`)
  return documentTitle(page)
}

function pagesBelow(folder: string): [string, ...string[]] {
  const [first, ...more] = SITE_PATHS.filter((path) => path.startsWith(folder))
  if (first === undefined) throw new Error(`The demo site has no page below ${folder}.`)
  return [first, ...more]
}
