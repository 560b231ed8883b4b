import { html, type Markup } from '../html.ts'
import type { Page, Pages } from '../page.ts'

interface Story {
  slug: string
  name: string
  trade: string
  headline: string
  figures: readonly (readonly [string, string])[]
  quote: string
  who: string
  text: Markup
}

const STORIES: readonly Story[] = [
  {
    slug: 'brackwater-foods',
    name: 'Brackwater Foods',
    trade: 'Chilled food, 340 people',
    headline: 'Half the complaints, with the same four people on the desk',
    figures: [
      ['−52 %', 'complaints about late deliveries in six months'],
      ['41 min', 'from a raised exception to a settled one, median'],
      ['€212,000', 'of goods saved that would have been written off'],
    ],
    quote:
      'We used to learn about problems from angry e-mails. Now we write the e-mail first, and it says what we have already done.',
    who: 'Head of logistics',
    text: html`<p>Brackwater sends chilled fish and ready meals to 1,900 shops in five countries. Each box
      has 36 hours. Six carriers report in six ways, and the desk spent its mornings in portals.</p>
      <h2>What changed</h2><p>Ferrolane reads the carriers' scans and the loggers in the boxes. A lorry that
      leaves its rhythm is on the list within minutes, with the boxes aboard, their remaining shelf life,
      and the shops that wait for them.</p><p>The desk re-routes what can be saved and tells the shops
      about the rest before they open.</p>`,
  },
  {
    slug: 'oriel-instruments',
    name: 'Oriel Instruments',
    trade: 'Laboratory devices, 1,200 people',
    headline: 'Customs surprises became a morning routine',
    figures: [
      ['9 of 10', 'customs holds cleared on the same day'],
      ['2.6 days', 'shorter lead time to customers outside the union'],
      ['100 %', 'of damage claims filed with photos'],
    ],
    quote:
      'A missing commodity code is no drama at eight in the morning. At five in the evening it is.',
    who: 'Director of operations',
    text: html`<p>A mass spectrometer weighs 400 kilograms, costs as much as a house, and crosses up to
      four borders. Oriel ships eleven a week and a few thousand spare parts.</p><h2>What changed</h2>
      <p>Customs messages now arrive on the same timeline as the scans. When a document is missing, the
      playbook asks the right person for it, with the form attached and the deadline in the subject.</p>`,
  },
  {
    slug: 'tannery-lane',
    name: 'Tannery Lane',
    trade: 'Furniture online, 85 people',
    headline: 'A small team that answers before it is asked',
    figures: [
      ['−44 %', '“Where is my sofa?” calls'],
      ['4.7 / 5', 'delivery rating, from 3.9'],
      ['10 min', 'to connect the first carrier'],
    ],
    quote: 'There are five of us. We could not hire a control tower, so we rented a desk.',
    who: 'Founder',
    text: html`<p>Sofas are large, delivered by two people, and somebody has taken the day off for them.
      A missed slot costs Tannery Lane a second trip and usually a review.</p><h2>What changed</h2>
      <p>Customers hear of a delay in the morning, in plain words, and choose a new slot themselves. The
      desk sees only those who did not.</p>`,
  },
]

const storyPage = (story: Story): Page => ({
  title: `${story.name}: customer story`,
  description: story.headline,
  body: html`
<section class="hero">
  <div class="narrow">
    <p class="eyebrow">${story.name} · ${story.trade}</p>
    <h1>${story.headline}</h1>
  </div>
</section>
<section class="tinted" style="padding-block: 2.6rem">
  <div class="wrap"><dl class="figures">${story.figures.map(
    ([figure, meaning]) => html`<div><dt>${figure}</dt><dd>${meaning}</dd></div>`,
  )}</dl></div>
</section>
<section>
  <div class="narrow prose">${story.text}
    <blockquote style="margin-top: 3rem">“${story.quote}”<footer>${story.who}, ${story.name}</footer></blockquote>
    <p style="margin-top: 3rem"><a class="button" href="/demo">Talk about your lanes</a></p>
  </div>
</section>`,
})

export const customerPages: Pages = {
  '/customers': {
    title: 'Customers',
    description: 'How freight teams work with Ferrolane.',
    body: html`
<section class="hero">
  <div class="wrap">
    <p class="eyebrow">Customers</p>
    <h1>Quiet mornings, told by those who have them.</h1>
    <div class="grid" style="margin-top: 2.5rem">${STORIES.map(
      (story) => html`<a class="card story" href="/customers/${story.slug}">
        <h3>${story.name}</h3><p class="soft">${story.trade}</p>
        <p>${story.headline}.</p><p><strong>${story.figures[0]?.[0]}</strong>
        <span class="soft">${story.figures[0]?.[1]}</span></p></a>`,
    )}</div>
  </div>
</section>`,
  },
  ...Object.fromEntries(STORIES.map((story) => [`/customers/${story.slug}`, storyPage(story)])),
}
