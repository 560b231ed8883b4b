import { html } from 'hono/html'
import { type Html, hidden, notice, type PageOptions, page, type Reader } from '../pages/page.ts'
import { passkeyForm } from '../pages/passkey-form.ts'
import { scriptIf } from '../passkeys/passkey-page-address.ts'
import { firstPasswordWordsOf } from '../passwords/words.ts'
import { type SsoWords, ssoWordsOf } from './words.ts'

interface Said {
  status?: number
  headers?: [string, string][]
}

/** Asks for the address whose domain says where to go. */
export function addressPage(
  reader: Reader,
  state: { email: string; returnTo: string; problem: string | null } & Said,
): Promise<Response> {
  const words = ssoWordsOf(reader.language)
  const body = html`<h1>${words.title}</h1>
<p class="dim">${words.lead}</p>
${notice('bad', state.problem)}
<form method="post" action="/sso">
${hidden('return_to', state.returnTo)}
<label>${reader.words.email}<input name="email" type="email" autocomplete="username" required autofocus value="${state.email}"></label>
<button>${reader.words.continue}</button>
</form>
${otherWay(words, state.returnTo)}`
  return page(reader, { title: words.title, body, ...saidOf(state) })
}

/**
 * Leads to the provider. Not by a redirect: browsers hold those of a form's answer to `form-action`, which
 * knows our own pages alone, and a list of all providers in it would be no bound.
 */
export function onwardPage(
  reader: Reader,
  to: { url: string; name: string },
  headers: [string, string][],
): Promise<Response> {
  const words = ssoWordsOf(reader.language)
  const title = words.onward(to.name)
  const body = html`<h1>${title}</h1>
<p class="dim">${words.onwardLead}</p>
<div class="links"><a href="${to.url}">${reader.words.continue}</a></div>`
  return page(reader, { title, body, headers: [...headers, ['refresh', `0; url=${to.url}`]] })
}

/** One sentence, and the way back to the beginning. */
export function endPage(
  reader: Reader,
  problem: string,
  state: { returnTo: string; hasReset?: boolean } & Said,
): Promise<Response> {
  const words = ssoWordsOf(reader.language)
  const again = `/sso?return_to=${encodeURIComponent(state.returnTo)}`
  const body = html`<h1>${words.title}</h1>
${notice('bad', problem)}
<div class="links">${state.hasReset ? html`<a href="/reset">${firstPasswordWordsOf(reader.language).set}</a>` : ''}<a href="${again}">${words.title}</a><a href="${signInAt(state.returnTo)}">${words.otherWay}</a></div>`
  return page(reader, { title: words.title, body, ...saidOf(state) })
}

/** Asks somebody whom the provider vouches for to show that the account of their address is theirs. */
export function linkPage(
  reader: Reader,
  state: {
    email: string
    name: string
    hasPassword: boolean
    needsCode: boolean
    hasPasskeys: boolean
    problem: string | null
  } & Said,
): Promise<Response> {
  const words = ssoWordsOf(reader.language)
  const body = html`<h1>${words.linkTitle}</h1>
<p class="dim">${words.linkLead(state.email)}</p>
<p class="dim">${words.linkMeaning(state.name)}</p>
${notice('bad', state.problem)}
${state.hasPassword ? passwordProof(reader, state.needsCode) : ''}
${state.hasPasskeys ? passkeyProof(reader) : ''}
<div class="links"><a href="/sign-in">${reader.words.cancel}</a></div>`
  return page(reader, {
    title: words.linkTitle,
    body,
    ...scriptIf(state.hasPasskeys),
    ...saidOf(state),
  })
}

function passwordProof({ words, language }: Reader, needsCode: boolean): Html {
  const { link, linkCode } = ssoWordsOf(language)
  return html`<form method="post" action="/sso/link">
<label>${words.password}<input name="password" type="password" autocomplete="current-password" required autofocus></label>
${needsCode ? html`<label>${linkCode}<input class="code" name="code" autocomplete="one-time-code" required></label>` : ''}
<button>${link}</button>
</form>`
}

function passkeyProof(reader: Reader): Html {
  return passkeyForm(reader, {
    kind: 'sign-in',
    action: '/sso/link/passkey',
    options: '/sign-in/passkey-options',
    button: ssoWordsOf(reader.language).linkPasskey,
    alternative: true,
  })
}

function otherWay(words: SsoWords, returnTo: string): Html {
  return html`<div class="links"><a href="${signInAt(returnTo)}">${words.otherWay}</a></div>`
}

const signInAt = (returnTo: string) => `/sign-in?return_to=${encodeURIComponent(returnTo)}`

function saidOf({ status, headers }: Said): Pick<PageOptions, 'status' | 'headers'> {
  return { ...(status === undefined ? {} : { status }), ...(headers ? { headers } : {}) }
}
