import { html, type Markup } from '../html.ts'
import type { Pages } from '../page.ts'

interface Plan {
  name: string
  price: Markup
  who: string
  points: readonly string[]
  href: string
  label: string
  best: boolean
}

const PLANS: readonly Plan[] = [
  {
    name: 'Desk',
    price: html`€390 <small>a month</small>`,
    who: 'One team, up to 500 shipments a month.',
    points: ['3 carriers', 'Exception desk and timelines', 'Customer notices', 'E-mail support'],
    href: '/signup?plan=desk',
    label: 'Start free',
    best: false,
  },
  {
    name: 'Network',
    price: html`€990 <small>a month</small>`,
    who: 'Several sites, up to 3,000 shipments a month.',
    points: [
      'All 61 carriers',
      'Claim files and deadlines',
      'Temperature lanes',
      'API and webhooks',
    ],
    href: '/signup?plan=network',
    label: 'Start free',
    best: true,
  },
  {
    name: 'Enterprise',
    price: html`By volume`,
    who: 'Your own carriers, terms and systems.',
    points: ['ERP connectors', 'Own playbooks', 'Named engineer', '99.95 % with credits'],
    href: '/demo',
    label: 'Talk to us',
    best: false,
  },
]

const QUESTIONS = [
  [
    'What counts as a shipment?',
    'Anything with its own promise to a customer, from a parcel to a container. Updates are free.',
  ],
  [
    'What happens after the trial?',
    'Nothing, until you choose a plan. Your data waits 30 days and is then deleted.',
  ],
  ['Can we change plans?', 'At any time, up or down, from the next day on.'],
  ['Is there a setup fee?', 'No. Carriers that are already connected cost nothing to switch on.'],
] as const

export const pricingPages: Pages = {
  '/pricing': {
    title: 'Pricing',
    description: 'Ferrolane costs by shipment, not by seat. Start free for 14 days.',
    body: html`
<section class="hero" style="padding-bottom: 1.5rem">
  <div class="wrap">
    <p class="eyebrow">Pricing</p>
    <h1>Priced by shipment.<br>Everybody may look.</h1>
    <p class="lead">No seats to count: dispatch, warehouse, sales and your customers all see the same page.</p>
  </div>
</section>

<section style="padding-top: 1rem">
  <div class="wrap grid plans">${PLANS.map(
    (plan) => html`<div class="card plan ${plan.best ? 'best' : ''}">
      <h3>${plan.name}</h3>
      <p class="price">${plan.price}</p>
      <p class="soft">${plan.who}</p>
      <ul>${plan.points.map((point) => html`<li>${point}</li>`)}</ul>
      <a class="button ${plan.best ? '' : 'plain'}" href="${plan.href}">${plan.label}</a>
    </div>`,
  )}</div>
  <div class="wrap" style="margin-top: 1.25rem">
    <div class="card calculator" data-calculator>
      <label for="shipments"><strong>Shipments a month: <span data-shipments>1,200</span></strong></label>
      <output for="shipments" data-price>€558</output>
      <input id="shipments" type="range" min="100" max="3000" step="100" value="1200">
      <span class="soft" style="grid-column: 1 / -1">a month. Between Desk and Network you pay for what you ship.</span>
    </div>
  </div>
</section>

<section style="padding-top: 0">
  <div class="wrap"><div class="band" data-ew-slot="cta_band">
    <div><h2 data-ew-field="headline">Try it on last week's shipments</h2>
      <p data-ew-field="body">Fourteen days, your own data, no card. Most teams know within two.</p></div>
    <div class="row"><a class="button" data-ew-field="cta" href="/signup">Start free</a></div>
  </div></div>
</section>

<section class="tinted">
  <div class="wrap">
    <h2>Questions people ask</h2>
    <div class="grid wide" style="margin-top: 1.8rem">${QUESTIONS.map(
      ([question, answer]) => html`<div><h3>${question}</h3><p class="soft">${answer}</p></div>`,
    )}</div>
  </div>
</section>`,
  },
}
