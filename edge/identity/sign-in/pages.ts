import { html } from 'hono/html'
import { type Html, hidden, notice, type Reader } from '../pages/page.ts'
import { passkeyForm } from '../pages/passkey-form.ts'

/** E-mail address and password; a passkey or the company's own sign-in beside them. */
export function signInBody(
  reader: Reader,
  state: { email: string; returnTo: string; problem: string | null; hasPasskeys: boolean },
): Html {
  const { words } = reader
  return html`<h1>${words.signIn}</h1>
<p class="dim">${words.signInLead}</p>
${notice('bad', state.problem)}
<form method="post" action="/sign-in">
${hidden('return_to', state.returnTo)}
<label>${words.email}<input name="email" type="email" autocomplete="username" required autofocus value="${state.email}"></label>
<label>${words.password}<input name="password" type="password" autocomplete="current-password" required></label>
<button>${words.signIn}</button>
</form>
${state.hasPasskeys ? passkeySignIn(reader, state.returnTo) : ''}
<div class="links"><a href="/reset">${words.forgot}</a><a href="/sso?return_to=${encodeURIComponent(state.returnTo)}">${words.withCompany}</a></div>`
}

/**
 * The second step after a password.
 *
 * @param state.hasTotp whether there is an authenticator app, or recovery codes alone
 * @param state.hasPasskeys whether the account has passkeys that serve here: with one, no password was needed
 */
export function secondFactorBody(
  reader: Reader,
  state: { hasTotp: boolean; hasPasskeys: boolean; returnTo: string; problem: string | null },
): Html {
  const { words } = reader
  return html`<h1>${words.secondFactor}</h1>
<p class="dim">${state.hasTotp ? words.secondFactorLead : words.secondFactorPasskeyLead}</p>
${notice('bad', state.problem)}
<form method="post" action="/sign-in/code">
<label>${state.hasTotp ? words.code : words.recoveryCode}<input class="code" name="code" autocomplete="one-time-code" required autofocus></label>
<button>${words.continue}</button>
</form>
${state.hasPasskeys ? passkeySignIn(reader, state.returnTo) : ''}
<div class="links"><a href="/sign-in">${words.cancel}</a></div>`
}

function passkeySignIn(reader: Reader, returnTo: string): Html {
  return passkeyForm(reader, {
    kind: 'sign-in',
    action: '/sign-in/passkey',
    options: '/sign-in/passkey-options',
    fields: [['return_to', returnTo]],
    button: reader.words.withPasskey,
    alternative: true,
  })
}
