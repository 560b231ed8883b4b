import type { Page, Pages } from './page.ts'
import { blogPages } from './pages/blog.ts'
import { careerPages } from './pages/careers.ts'
import { customerPages } from './pages/customers.ts'
import { docsPages } from './pages/docs.ts'
import { formPages } from './pages/forms.ts'
import { homePages } from './pages/home.ts'
import { pricingPages } from './pages/pricing.ts'
import { productPages } from './pages/product.ts'

const PAGES: Pages = {
  ...homePages,
  ...productPages,
  ...pricingPages,
  ...customerPages,
  ...docsPages,
  ...blogPages,
  ...formPages,
  ...careerPages,
}

/** Every page of the site: what its server serves, and where demo traffic may go. */
export const SITE_PATHS: readonly string[] = Object.keys(PAGES)

export function sitePage(path: string): Page | undefined {
  return Object.hasOwn(PAGES, path) ? PAGES[path] : undefined
}

/** What a browser's tab says, and with it a page call. */
export function documentTitle({ title }: Pick<Page, 'title'>): string {
  return `${title} · Ferrolane`
}
