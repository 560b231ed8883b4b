import { html, type Markup } from '../html.ts'
import type { Pages } from '../page.ts'

const SHIPMENTS: readonly (readonly [string, string, string, string, 'late' | 'wait' | 'done'])[] =
  [
    ['FL-20418 · Gdynia → Lyon', 'Late 3 h', 'Linehaul missed at Kassel', 'Slot re-booked', 'late'],
    ['FL-20391 · Porto → Leeds', 'Customs', 'Commodity code missing', 'Asked the shipper', 'wait'],
    ['FL-20377 · Malmö → Graz', 'Damaged', '2 of 14 cartons', 'Claim drafted', 'late'],
    ['FL-20352 · Cork → Ghent', 'No scan 9 h', 'Carrier asked at 08:10', 'Reply due 09:00', 'wait'],
    ['FL-20340 · Turin → Brno', 'Resolved', 'Delivered, customer told', 'in 41 min', 'done'],
  ]

const board: Markup = html`<div class="board" role="img"
  aria-label="The exception desk: five shipments with their problem and what is being done">
  <header><strong class="board-title">Exception desk</strong><span class="soft">Tuesday, 08:42</span></header>
  <ol>${SHIPMENTS.map(
    ([shipment, state, cause, action, kind]) => html`<li>
      <strong>${shipment}</strong><b class="pill ${kind}">${state}</b>
      <span>${cause}</span><em>${action}</em></li>`,
  )}</ol>
</div>`

export const homePages: Pages = {
  '/': {
    title: 'The exception desk for freight teams',
    description:
      'Ferrolane finds late, lost and damaged shipments before your customers do, and helps your team settle them.',
    body: html`
<section class="hero">
  <div class="wrap split">
    <div data-ew-slot="hero">
      <p class="eyebrow">For shippers and forwarders</p>
      <h1 data-ew-field="headline">Know about the late pallet before your customer does.</h1>
      <p class="lead" data-ew-field="body">Ferrolane watches every shipment across your carriers, shows the
        few that are going wrong, and gives your team one desk to put them right.</p>
      <div class="row">
        <a class="button" data-ew-field="cta" href="/signup">Start free for 14 days</a>
        <a class="button plain" href="/product">See how it works</a>
      </div>
      <p class="fine">No card needed. Your first carrier is connected in about ten minutes.</p>
    </div>
    ${board}
  </div>
</section>

<section class="tinted" style="padding-block: 2.2rem">
  <div class="wrap">
    <ul class="names" aria-label="Customers">
      <li>Brackwater Foods</li><li>Oriel Instruments</li><li>Tannery Lane</li>
      <li>Moorgate Tiles</li><li>Vesper Cycles</li>
    </ul>
  </div>
</section>

<section>
  <div class="wrap">
    <h2>Nine shipments in ten need nobody.<br>Ferrolane is for the tenth.</h2>
    <div class="grid" style="margin-top: 2.2rem">
      <div class="card"><h3>Seen early</h3>
        <p class="soft">Scans, customs messages and carrier e-mails become one timeline. A shipment that
          falls behind its own lane's habit is raised, hours before the promised time.</p></div>
      <div class="card"><h3>Settled together</h3>
        <p class="soft">Each exception has an owner, a deadline and the next step. Carrier, warehouse and
          customer are written to from the same page, and the answers land there.</p></div>
      <div class="card"><h3>Claimed in time</h3>
        <p class="soft">Evidence is collected as it happens: photos, temperatures, signatures. When a
          claim is due, it is already written.</p></div>
    </div>
  </div>
</section>

<section class="tinted">
  <div class="wrap">
    <dl class="figures">
      <div><dt>3.4 h</dt><dd>earlier notice of a late delivery, median over all lanes</dd></div>
      <div><dt>−38 %</dt><dd>“Where is my order?” calls in the first quarter</dd></div>
      <div><dt>92 %</dt><dd>of freight claims filed within the carrier's deadline</dd></div>
      <div><dt>61</dt><dd>carriers connected, from parcel to sea</dd></div>
    </dl>
  </div>
</section>

<section>
  <div class="narrow">
    <blockquote>“We used to learn about problems from angry e-mails. Now we write the e-mail first, and
      it says what we have already done.”
      <footer>Head of logistics, <a href="/customers/brackwater-foods">Brackwater Foods</a></footer>
    </blockquote>
  </div>
</section>

<section style="padding-top: 0">
  <div class="wrap"><div class="band">
    <div><h2>See your own exceptions</h2>
      <p>Connect one carrier and look at last week: most teams find a dozen shipments nobody knew of.</p></div>
    <div class="row"><a class="button" href="/signup">Start free</a></div>
  </div></div>
</section>`,
  },
}
