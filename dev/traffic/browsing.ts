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

const STORIES = ['demo-alder-logistics', 'demo-basalt-software', 'demo-cedar-finance'] as const
const DOCS = ['quickstart', 'api', 'events', 'scoring', 'personalization', 'sdk'] as const
const POSTS = ['lead-scoring-explained', 'edge-personalization', 'b2b-attribution'] as const

/** The path of the next page a person opens. */
export function nextPath(random: Random, stage: Stage | 'applicant'): string {
  const section = random.weighted(SECTION_WEIGHTS[stage])
  switch (section) {
    case 'home':
      return '/'
    case 'story':
      return `/customers/${random.pick(STORIES)}`
    case 'docs':
      return random.chance(0.25) ? '/docs' : `/docs/${random.pick(DOCS)}`
    case 'blog':
      return `/blog/${random.pick(POSTS)}`
    default:
      return `/${section}`
  }
}

/** Every path that traffic visits: the demo site must have them. */
export const DEMO_PATHS: readonly string[] = [
  '/',
  '/product',
  '/pricing',
  '/customers',
  ...STORIES.map((slug) => `/customers/${slug}`),
  '/docs',
  ...DOCS.map((slug) => `/docs/${slug}`),
  ...POSTS.map((slug) => `/blog/${slug}`),
  '/demo',
  '/signup',
  '/careers',
]

/** A page's title in words: `/docs/quickstart` is "Quickstart". */
export function titleOf(path: string): string {
  const slug = path.split('/').at(-1) ?? ''
  const words = slug === '' ? 'Home' : slug.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
