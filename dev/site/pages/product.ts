import { html } from '../html.ts'
import type { Pages } from '../page.ts'

export const productPages: Pages = {
  '/product': {
    title: 'Product',
    description:
      'How Ferrolane turns carrier noise into a short list of shipments that need a person.',
    body: html`
<section class="hero" style="padding-bottom: 1rem">
  <div class="narrow">
    <p class="eyebrow">Product</p>
    <h1>One short list, instead of sixty-one portals.</h1>
    <p class="lead">Carriers report everything except what matters: which shipment will break a promise.
      Ferrolane works that out, and stays with it until it is settled.</p>
  </div>
</section>

<section style="padding-top: 2rem">
  <div class="narrow">
    <ol class="steps">
      <li><h3>Connect</h3><p class="soft">EDI, API, a mailbox or a spreadsheet: Ferrolane reads what your
        carriers already send. Orders come from your ERP, so each shipment knows its promise.</p></li>
      <li><h3>Watch</h3><p class="soft">Every lane has its own rhythm. Ferrolane learns how long Gdynia to
        Lyon takes on a Tuesday in November, and notices when a shipment leaves that rhythm.</p></li>
      <li><h3>Decide</h3><p class="soft">Exceptions are sorted by what they cost: value of the goods, the
        customer's terms, and how much can still be saved. The top of the list is the work.</p></li>
      <li><h3>Settle</h3><p class="soft">Playbooks fill in the messages and the bookings; a person presses
        the button. Who did what, and when, is kept for the claim.</p></li>
    </ol>
  </div>
</section>

<section class="tinted">
  <div class="wrap">
    <h2>Made for the people on the desk</h2>
    <div class="grid" style="margin-top: 2rem">
      <div class="card"><h3>Lane forecasts</h3><p class="soft">A time of arrival with its uncertainty, from
        your own history. Never a green light that nobody believes.</p></div>
      <div class="card"><h3>Customer notices</h3><p class="soft">Plain words in eleven languages, sent under
        your name, before the promised time has passed.</p></div>
      <div class="card"><h3>Claim files</h3><p class="soft">Photos, weights and signatures in one file, with
        each carrier's form and deadline.</p></div>
      <div class="card"><h3>Temperature lanes</h3><p class="soft">Logger data beside the scans. A broken cold
        chain is an exception while there is still ice in the box.</p></div>
      <div class="card"><h3>Carrier scorecards</h3><p class="soft">Numbers that both sides accept, because each
        one opens the shipments behind it.</p></div>
      <div class="card"><h3>Yours to take along</h3><p class="soft">Every table exports, every event has an
        <a href="/docs/api">API</a>. Single sign-on and an audit log on all plans.</p></div>
    </div>
  </div>
</section>

<section>
  <div class="wrap"><div class="band">
    <div><h2>Twenty minutes with your own lanes</h2>
      <p>Bring a week of shipments. We show you what Ferrolane would have raised, and when.</p></div>
    <div class="row"><a class="button" href="/demo">Book a demo</a></div>
  </div></div>
</section>`,
  },
}
