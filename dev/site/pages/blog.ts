import { html, type Markup } from '../html.ts'
import { CHECKLIST_FILE, type Page, type Pages } from '../page.ts'

const post = (title: string, description: string, minutes: number, text: Markup): Page => ({
  title,
  description,
  body: html`<section class="hero"><article class="narrow prose">
    <p class="eyebrow">From the desk · ${minutes} minutes</p>
    <h1>${title}</h1><p class="lead">${description}</p>${text}
    <div class="card" style="margin-top: 3rem"><h3>The desk's morning checklist</h3>
      <p class="soft">One page to print: what to look at before nine, in which order, and whom to tell.</p>
      <p><a data-track="Content Downloaded" href="${CHECKLIST_FILE}" download>Download the checklist</a></p></div>
  </article></section>`,
})

export const blogPages: Pages = {
  '/blog/the-cost-of-a-late-pallet': post(
    'The cost of a late pallet',
    'The freight bill is the small part. A sum that any team can do on one page.',
    6,
    html`<p>Ask what a late pallet costs and you will hear the penalty in the contract. It is a real number,
      and the smallest of four.</p>
      <h2>Four lines</h2><p>The first is the penalty. The second is the second trip. The third is the hour and
      a half that three people spend on finding out what happened. The fourth is the order that does not
      come next quarter, and nobody books it under freight.</p>
      <h2>Where the money is</h2><p>In most teams the third line is the largest, because it is paid for every
      exception, also for those that turn out well. That is good news: it is the one line that a team can
      change without asking a carrier for anything.</p>
      <p>Learn of the delay three hours earlier and the search is over before it starts. The rest of the
      list shortens by itself.</p>`,
  ),
  '/blog/claims-before-friday': post(
    'Claims before Friday',
    'Seven days sounds like plenty, until the photo is on a phone that went on holiday.',
    4,
    html`<p>A claim is lost on the first day and refused on the eighth. Damage that nobody photographed at
      the door did not happen; a signature without a remark is a receipt.</p>
      <h2>Collect, then decide</h2><p>Whether to claim is a decision for the end of the week. Whether there
      will be anything to claim with is decided at the door. So collect always: two photos, the seal, the
      weight, a name.</p><h2>One file</h2><p>Put it where the claim will be written, under the shipment, on
      the same day. Friday is then for reading, not for searching.</p>`,
  ),
}
