import { html } from 'hono/html'
import { type Html, hidden, notice, type Reader } from '../pages/page.ts'
import { passkeyForm } from '../pages/passkey-form.ts'
import { type Factors, hasFactor } from '../sign-in/second-factors.ts'
import { momentIn } from './moment.ts'
import { renameForm } from './rename-form.ts'

/** Second factors on the account's page. */
export function factorsSection(reader: Reader, factors: Factors, passkeysWork: boolean): Html {
  const { words } = reader
  const { hasTotp, passkeys, recoveryCodesLeft } = factors
  return html`<h2>${words.factors}</h2>
${hasFactor(factors) ? '' : html`<p class="dim">${words.factorsNone}</p>`}
<ul class="plain"><li><div>${words.totp}${hasTotp ? html`<small>${words.totpOn}</small>` : ''}</div>
<form method="post" action="/account/totp${hasTotp ? '/remove' : ''}" class="row">
<button class="plain small">${hasTotp ? words.totpRemove : words.totpSetUp}</button></form></li>
${passkeys.map((passkey) => passkeyItem(reader, passkey))}
<li><div>${words.passkeys}<small>${passkeysWork ? words.passkeyLead : words.passkeysNeedName}</small>
${passkeysWork ? html`<small data-no-passkeys>${words.passkeysNeedScript}</small>` : ''}</div>
${passkeysWork ? passkeyAdding(reader) : ''}</li>
${
  hasFactor(factors)
    ? html`<li><div>${words.recoveryCodes}<small>${words.recoveryLeft(recoveryCodesLeft)}</small></div>
<form method="post" action="/account/recovery-codes" class="row"><button class="plain small">${words.recoveryNew}</button></form></li>`
    : ''
}</ul>`
}

function passkeyItem(reader: Reader, passkey: Factors['passkeys'][number]): Html {
  const { words, language } = reader
  const { id, name, createdAt, lastUsedAt } = passkey
  const used = lastUsedAt === null ? null : momentIn(language, lastUsedAt)
  return html`<li><div>${name}<small>${words.passkeyUsed(momentIn(language, createdAt), used)}</small>
${renameForm(reader, { action: '/account/passkeys/rename', id, name })}</div>
<form method="post" action="/account/passkeys/remove" class="row">${hidden('id', id)}<button class="plain small">${words.passkeyRemove}</button></form></li>`
}

function passkeyAdding(reader: Reader): Html {
  return passkeyForm(reader, {
    kind: 'register',
    action: '/account/passkeys',
    options: '/account/passkey-options',
    button: reader.words.passkeyAdd,
  })
}

/** The secret as a picture and as text, and the field for the first code. */
export function totpBody(
  { words }: Reader,
  setUp: { svg: Html; secret: string; problem: string | null },
): Html {
  return html`<h1>${words.totpSetUp}</h1>
<p>${words.totpScan}</p>
<div class="qr">${setUp.svg}</div>
<p class="dim">${words.totpByHand} <code>${setUp.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code></p>
${notice('bad', setUp.problem)}
<form method="post" action="/account/totp/confirm">
<label>${words.code}<input class="code" name="code" autocomplete="one-time-code" inputmode="numeric" required autofocus></label>
<button>${words.continue}</button>
</form>
<div class="links"><a href="/account">${words.cancel}</a></div>`
}

/** @param good what was done, besides making the codes */
export function recoveryCodesBody(
  { words }: Reader,
  codes: readonly string[],
  good: string | null,
): Html {
  return html`<h1>${words.recoveryCodes}</h1>
${notice('good', good)}
<p>${words.recoveryShown}</p>
<ul class="codes">${codes.map((code) => html`<li>${code}</li>`)}</ul>
<div class="links"><a href="/account">${words.account}</a></div>`
}
