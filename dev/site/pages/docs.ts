import { html, type Markup } from '../html.ts'
import type { Page, Pages } from '../page.ts'

const CHAPTERS = [
  ['/docs', 'Overview'],
  ['/docs/quickstart', 'Quick start'],
  ['/docs/api', 'API and webhooks'],
] as const

const code = (text: string): Markup =>
  html`<div class="code"><button type="button" data-copy>Copy</button><pre><code>${text}</code></pre></div>`

const chapter = (path: string, title: string, description: string, text: Markup): Page => ({
  title,
  description,
  body: html`<div class="wrap docs">
  <nav aria-label="Documentation">${CHAPTERS.map(([href, label]) =>
    href === path
      ? html`<a href="${href}" aria-current="page">${label}</a>`
      : html`<a href="${href}">${label}</a>`,
  )}</nav>
  <article class="prose"><h1>${title}</h1>${text}</article>
</div>`,
})

export const docsPages: Pages = {
  '/docs': chapter(
    '/docs',
    'Documentation',
    'What Ferrolane reads, what it raises, and how to connect it.',
    html`<p class="lead">Ferrolane reads orders and carrier updates, and raises exceptions. Everything else
      follows from these three.</p>
      <h2>Shipments</h2><p>A shipment is a promise to a customer: what, from where, to where, by when. It
      comes from your ERP, from a file, or from the API, and keeps your own reference.</p>
      <h2>Updates</h2><p>Scans, customs messages, temperatures, e-mails. An update belongs to a shipment by
      reference or tracking number. Sending one twice does no harm: its id is remembered.</p>
      <h2>Exceptions</h2><p>Raised when a shipment leaves its lane's rhythm, when a carrier says so, or by a
      rule of yours. An exception has an owner, a deadline, and is open until somebody settles it.</p>
      <p><a class="button" href="/docs/quickstart">Start here</a></p>`,
  ),
  '/docs/quickstart': chapter(
    '/docs/quickstart',
    'Quick start',
    'From an empty account to the first exception in ten minutes.',
    html`<p class="lead">Ten minutes, one carrier, one shipment.</p>
      <h2>1. Get a key</h2><p>Settings, then Keys. A key that begins with <code>fl_test_</code> sees only
      test shipments.</p>
      <h2>2. Announce a shipment</h2>${code(`curl https://api.ferrolane.example/v2/shipments \\
  -H "Authorization: Bearer fl_test_…" \\
  -H "Content-Type: application/json" \\
  -d '{
    "reference": "SO-88121",
    "carrier": "northway",
    "from": "PL-81336",
    "to": "FR-69007",
    "promised_at": "2026-03-06T16:00:00Z"
  }'`)}
      <h2>3. Let it be late</h2><p>In test mode you say what happens:</p>${code(
        `curl -X POST \\
  https://api.ferrolane.example/v2/test/shipments/SO-88121/delay \\
  -H "Authorization: Bearer fl_test_…" -d '{"hours": 3}'`,
      )}<p>The exception is on your desk before the command has returned.</p>`,
  ),
  '/docs/api': chapter(
    '/docs/api',
    'API and webhooks',
    'Endpoints, webhooks and limits of the Ferrolane API.',
    html`<p class="lead">JSON over HTTPS, one key, ids that you may repeat.</p>
      <h2>Webhooks</h2><p>Ferrolane posts each change of an exception to your address, signed, and repeats
      for three days until you answer 2xx.</p>${code(`{
  "id": "evt_01J8ZC",
  "type": "exception.raised",
  "shipment": "SO-88121",
  "cause": "linehaul_missed",
  "expected_delay_minutes": 190
}`)}
      <h2>Limits</h2><p>50 requests a second for each key. Above that the answer is 429 and says when to
      come back. Batches take up to 500 updates.</p>
      <h2>Errors</h2><p>Every error has a code, a sentence, and the field it is about.</p>`,
  ),
}
