/** What a page is about, as far as scoring cares. */
export type PageKind =
  | 'pricing'
  | 'demo'
  | 'signup'
  | 'docs'
  | 'customers'
  | 'blog'
  | 'careers'
  | 'product'

/** A section owns everything below it: /docs/pricing-api is documentation. */
const SECTIONS: ReadonlyMap<string, PageKind> = new Map([
  ['docs', 'docs'],
  ['documentation', 'docs'],
  ['developers', 'docs'],
  ['api', 'docs'],
  ['customers', 'customers'],
  ['customer-stories', 'customers'],
  ['case-studies', 'customers'],
  ['success-stories', 'customers'],
  ['blog', 'blog'],
  ['careers', 'careers'],
  ['jobs', 'careers'],
  ['pricing', 'pricing'],
  ['plans', 'pricing'],
  ['demo', 'demo'],
  ['request-demo', 'demo'],
  ['book-a-demo', 'demo'],
  ['contact-sales', 'demo'],
  ['signup', 'signup'],
  ['sign-up', 'signup'],
])

const PRODUCT_SECTIONS = new Set(['product', 'products', 'features', 'solutions', 'platform'])

/** Deeper segments are titles, not sections. */
const MAX_SEGMENTS = 3

/**
 * Classifies a URL path by whole segments, left to right, whatever their case: the first known
 * section wins, so `/de/pricing` and `/product/pricing` are pricing and `/blog/pricing` is blog.
 * Product pages are those below a product section that no other section claims. Null when the path
 * is none of them.
 */
export function pageKind(path: string | null): PageKind | null {
  if (!path) return null
  let product = false
  let from = path.charCodeAt(0) === SLASH ? 1 : 0
  for (let i = 0; i < MAX_SEGMENTS && from < path.length; i++) {
    let to = path.indexOf('/', from)
    if (to < 0) to = path.length
    const segment = path.slice(from, to).toLowerCase()
    const kind = SECTIONS.get(segment)
    if (kind) return kind
    if (PRODUCT_SECTIONS.has(segment)) product = true
    from = to + 1
  }
  return product ? 'product' : null
}

const SLASH = 47
