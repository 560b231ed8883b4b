import { html } from '../html.ts'
import type { Pages } from '../page.ts'

const JOBS = [
  ['Carrier integrations engineer', 'Remote in Europe'],
  ['Product designer, exception desk', 'Rotterdam or remote'],
  ['Customer engineer, chilled freight', 'Gdańsk'],
  ['Account executive, forwarders', 'Lyon'],
] as const

export const careerPages: Pages = {
  '/careers': {
    title: 'Careers',
    description: 'Work on the dull part of freight until it is quiet.',
    body: html`
<section class="hero"><div class="wrap">
  <p class="eyebrow">Careers</p>
  <h1>Work on the loud part of freight until it is quiet.</h1>
  <p class="lead">We are 64 people in nine countries. Half of us have worked a desk; the other half sit beside
    one for their first week.</p>
  <ul class="jobs" style="margin-top: 2.5rem">${JOBS.map(
    ([title, place]) => html`<li><strong>${title}</strong><span class="soft">${place}</span></li>`,
  )}</ul>
  <p class="fine">These positions are invented, like the company.</p>
</div></section>`,
  },
}
