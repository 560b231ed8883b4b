import { html } from '../html.ts'
import type { Pages } from '../page.ts'

const EMPLOYEES = ['1-49', '50-199', '200-999', '1000-4999', '5000+']

const thanks = (title: string, text: string) => ({
  title,
  description: text,
  body: html`<section class="hero"><div class="narrow"><h1>${title}</h1><p class="lead">${text}</p>
    <p><a class="button plain" href="/docs/quickstart">Read the quick start</a></p></div></section>`,
})

export const formPages: Pages = {
  '/demo': {
    title: 'Book a demo',
    description: 'Twenty minutes with your own lanes.',
    body: html`
<section class="hero"><div class="wrap aside">
  <div>
    <p class="eyebrow">Book a demo</p>
    <h1>Twenty minutes with your own lanes.</h1>
    <p class="lead">Tell us where you ship. We bring last week's exceptions, you tell us which ones hurt.</p>
    <ul class="ticks"><li>With somebody who has worked a desk</li><li>No slides</li>
      <li>A written estimate the same day</li></ul>
  </div>
  <form class="card form" id="demo-request" method="post" action="/demo">
    <label>Your name <input name="name" autocomplete="name" required></label>
    <label>Work e-mail <input name="email" type="email" autocomplete="work email" required></label>
    <div class="two">
      <label>Company <input name="company" autocomplete="organization" required></label>
      <label>Job title <input name="title" autocomplete="organization-title"></label>
    </div>
    <label>Employees <select name="employees">${EMPLOYEES.map(
      (range) => html`<option value="${range}">${range}</option>`,
    )}</select></label>
    <button class="button">Request a demo</button>
    <p class="fine" style="margin: 0">This is a demo site: what you enter stays in your own Edgewise.</p>
  </form>
</div></section>`,
  },
  '/demo/thanks': thanks(
    'Thank you. We will write today.',
    'Meanwhile, here is how to connect a carrier.',
  ),
  '/signup': {
    title: 'Start free',
    description: 'Fourteen days with your own shipments.',
    body: html`
<section class="hero"><div class="wrap aside">
  <div>
    <p class="eyebrow">Fourteen days free</p>
    <h1>Your desk is ready in a minute.</h1>
    <p class="lead">Connect a carrier, or look around with sample shipments first.</p>
    <ul class="ticks"><li>No card</li><li>All features of Network</li><li>Cancel by doing nothing</li></ul>
  </div>
  <form class="card form" id="trial" method="post" action="/signup" data-track="Trial Started">
    <label>Work e-mail <input name="email" type="email" autocomplete="work email" required></label>
    <label>Company <input name="company" autocomplete="organization" required></label>
    <label>Password <input name="password" type="password" autocomplete="new-password" minlength="8" required></label>
    <label>Plan after the trial <select name="plan"><option value="desk">Desk</option>
      <option value="network" selected>Network</option></select></label>
    <button class="button">Start the trial</button>
    <p class="fine" style="margin: 0">This is a demo site: no account is made, and the password is not kept.</p>
  </form>
</div></section>`,
  },
  '/signup/welcome': thanks(
    'Welcome to your desk.',
    'The trial has started. The first step is a carrier.',
  ),
}

/** Where a submitted form leads. */
export const FORM_TARGETS: Record<string, string> = {
  '/demo': '/demo/thanks',
  '/signup': '/signup/welcome',
}
