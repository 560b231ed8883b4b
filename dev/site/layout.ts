import { html, type Markup } from './html.ts'
import type { Page } from './page.ts'
import { documentTitle } from './site-pages.ts'

const LINKS = [
  ['/product', 'Product'],
  ['/customers', 'Customers'],
  ['/pricing', 'Pricing'],
  ['/docs', 'Docs'],
  ['/blog/the-cost-of-a-late-pallet', 'Blog'],
] as const

const FOOTER = [
  [
    'Product',
    [
      ['/product', 'Overview'],
      ['/pricing', 'Pricing'],
      ['/docs', 'Documentation'],
    ],
  ],
  [
    'Company',
    [
      ['/customers', 'Customers'],
      ['/careers', 'Careers'],
      ['/demo', 'Contact sales'],
    ],
  ],
  [
    'Reading',
    [
      ['/blog/the-cost-of-a-late-pallet', 'The cost of a late pallet'],
      ['/blog/claims-before-friday', 'Claims before Friday'],
    ],
  ],
] as const

/** The whole document around a page, with the Edgewise script from the same origin. */
export function layout(path: string, page: Page, writeKey: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${documentTitle(page)}</title>
<meta name="description" content="${page.description}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/site.css">
<script>window.edgewise = window.edgewise || []</script>
<script async src="/e.js" data-write-key="${writeKey}" data-forms="auto"></script>
<script defer src="/site.js"></script>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header class="top">
  <div class="wrap">
    <a class="brand" href="/">${logo} Ferrolane</a>
    <nav class="links" aria-label="Main">${LINKS.map((link) => navLink(path, link))}</nav>
    <div class="actions">
      <a class="quiet" href="/demo">Book a demo</a>
      <a class="button small" href="/signup">Start free</a>
    </div>
    <details class="menu">
      <summary aria-label="Menu"><span></span></summary>
      <nav aria-label="Menu">
        ${LINKS.map((link) => navLink(path, link))}
        <a href="/demo">Book a demo</a>
        <a href="/signup">Start free</a>
      </nav>
    </details>
  </div>
</header>
<main id="content">${page.body}</main>
<footer class="bottom">
  <div class="wrap">
    <div class="columns">
      <div>
        <a class="brand" href="/">${logo} Ferrolane</a>
        <p>The exception desk for freight teams.</p>
      </div>
      ${FOOTER.map(
        ([heading, links]) => html`<nav aria-label="${heading}">
          <h2>${heading}</h2>
          ${links.map(([href, label]) => html`<a href="${href}">${label}</a>`)}
        </nav>`,
      )}
    </div>
    <p class="notice">Demo site of Edgewise. The company is invented.
      So are its product, prices, customers and figures.</p>
  </div>
</footer>
</body>
</html>
`.text
}

function navLink(path: string, [href, label]: readonly [string, string]): Markup {
  const section = href.split('/')[1] ?? ''
  const here = path.split('/')[1] === section
  return here
    ? html`<a href="${href}" aria-current="page">${label}</a>`
    : html`<a href="${href}">${label}</a>`
}

const logo = html`<svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
  <path d="M3 18 L9 6 H21" /><path d="M6.5 18 L10 11 H18" /></svg>`
