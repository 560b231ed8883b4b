import { html } from 'hono/html'
import { newPasswordField } from '../pages/new-password-field.ts'
import { notice, page, type Reader } from '../pages/page.ts'
import { firstPasswordWordsOf } from '../passwords/words.ts'

/** Asks for the address to send a link to. */
export function askPage(
  reader: Reader,
  problem: string | null,
  retryAfterSeconds?: number,
): Promise<Response> {
  const { words } = reader
  const body = html`<h1>${words.reset}</h1><p class="dim">${words.resetLead}</p>${notice('bad', problem)}
<form method="post" action="/reset">
<label>${words.email}<input name="email" type="email" autocomplete="username" required autofocus></label>
<button>${words.resetSend}</button></form>
<div class="links"><a href="/sign-in">${words.cancel}</a></div>`
  return page(reader, { title: words.reset, body, retryAfterSeconds })
}

/** The same for every address. */
export function sentPage(reader: Reader): Promise<Response> {
  const { words } = reader
  const body = html`<h1>${words.resetSentTitle}</h1>${notice('good', words.resetSent)}
<div class="links"><a href="/sign-in">${words.signIn}</a></div>`
  return page(reader, { title: words.reset, body })
}

/** @param isFirst whether the account has no password yet */
export function newPasswordPage(
  reader: Reader,
  isFirst: boolean,
  problem: string | null,
): Promise<Response> {
  const { words } = reader
  const { set } = firstPasswordWordsOf(reader.language)
  const title = isFirst ? set : words.reset
  const body = html`<h1>${title}</h1>${notice('bad', problem)}
<form method="post">
${newPasswordField(reader, { label: words.newPassword, hasFocus: true })}
<button>${isFirst ? set : words.changePassword}</button></form>`
  return page(reader, { title, body, status: problem === null ? 200 : 400 })
}

export function donePage(reader: Reader, isFirst: boolean): Promise<Response> {
  const { words } = reader
  const { set, doneByLink } = firstPasswordWordsOf(reader.language)
  const title = isFirst ? set : words.reset
  const body = html`<h1>${title}</h1>${notice('good', isFirst ? doneByLink : words.resetDone)}
<div class="links"><a href="/sign-in">${words.signIn}</a></div>`
  return page(reader, { title, body })
}

/** The link was used, or is too old. */
export function overPage(reader: Reader): Promise<Response> {
  const { linkOverTitle, linkOver, reset } = reader.words
  const body = html`<h1>${linkOverTitle}</h1>${notice('bad', linkOver)}<div class="links"><a href="/reset">${reset}</a></div>`
  return page(reader, { title: reset, body, status: 410 })
}

/** The company of who has the link demands that they come through it. */
export function companyPage(reader: Reader): Promise<Response> {
  const { set, demanded } = firstPasswordWordsOf(reader.language)
  const body = html`<h1>${set}</h1>${notice('bad', demanded)}<div class="links"><a href="/sso">${reader.words.withCompany}</a></div>`
  return page(reader, { title: set, body, status: 403 })
}
