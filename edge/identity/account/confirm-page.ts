import { html } from 'hono/html'
import { type Html, hidden, notice, type Reader } from '../pages/page.ts'
import { passkeyForm } from '../pages/passkey-form.ts'
import { type Factors, hasFactor } from '../sign-in/second-factors.ts'
import { ssoWordsOf } from '../sso/words.ts'

export interface Confirmation {
  factors: Factors
  passkeysWork: boolean
  hasPassword: boolean
  /** Whether they come through a company, which can ask them once more. */
  hasCompany: boolean
  /** Who asked: this account's own page, an app by its session, or an app that is signed out by now. */
  asker: { kind: 'account' } | { kind: 'app'; sessionId: string; name: string } | { kind: 'gone' }
  problem: string | null
}

/** Asks once more who somebody is: for a code where there is a second factor, for the password elsewhere. */
export function confirmBody(reader: Reader, confirmation: Confirmation): Html {
  const { words } = reader
  const { factors, asker, problem } = confirmation
  if (asker.kind === 'gone') {
    return html`<h1>${words.confirm}</h1>${notice('bad', words.confirmAppUnknown)}
<div class="links"><a href="/account">${words.account}</a></div>`
  }
  const session = asker.kind === 'app' ? asker.sessionId : ''
  return html`<h1>${words.confirm}</h1>
<p class="dim">${asker.kind === 'app' ? words.confirmAppLead(asker.name) : words.confirmLead}</p>
${notice('bad', problem)}
${canProve(confirmation) ? proofForm(reader, factors, session) : ''}
${confirmation.passkeysWork && factors.passkeys.length > 0 ? passkeyProof(reader, session) : ''}
${confirmation.hasCompany ? companyProof(reader, session, canProve(confirmation)) : ''}
<div class="links"><a href="/account">${words.cancel}</a></div>`
}

function proofForm(reader: Reader, factors: Factors, session: string): Html {
  return html`<form method="post" action="/account/confirm">${hidden('session', session)}
${proofField(reader, factors)}
<button>${reader.words.continue}</button>
</form>`
}

/** Whether there is anything that they could enter here. */
function canProve({ hasPassword, factors }: Confirmation): boolean {
  return hasPassword || hasFactor(factors)
}

function companyProof({ words, language }: Reader, session: string, isAlternative: boolean): Html {
  return html`<form method="get" action="/sso/confirm">
${isAlternative ? html`<p class="or">${words.or}</p>` : ''}
${hidden('session', session)}
<button class="${isAlternative ? 'plain' : ''}">${ssoWordsOf(language).confirm}</button>
</form>`
}

function proofField({ words }: Reader, factors: Factors): Html {
  if (!hasFactor(factors)) {
    return html`<label>${words.password}<input name="proof" type="password" autocomplete="current-password" required autofocus></label>`
  }
  const label = factors.hasTotp ? words.code : words.recoveryCode
  return html`<label>${label}<input class="code" name="proof" autocomplete="one-time-code" required autofocus></label>`
}

function passkeyProof(reader: Reader, session: string): Html {
  return passkeyForm(reader, {
    kind: 'sign-in',
    action: '/account/confirm/passkey',
    options: '/account/confirm/passkey-options',
    fields: [['session', session]],
    button: reader.words.withPasskeyConfirm,
    alternative: true,
  })
}
