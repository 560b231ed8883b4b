import { html } from 'hono/html'
import { newPasswordField } from '../pages/new-password-field.ts'
import type { Html, Reader } from '../pages/page.ts'
import { firstPasswordWordsOf } from '../passwords/words.ts'

export type PasswordState =
  | { kind: 'known' }
  /** Company sign-in made the account. @param isConfirmed whether a first one can be set at once */
  | { kind: 'none'; isConfirmed: boolean }
  /** There is none, and the company demands that it stays so. */
  | { kind: 'demanded' }

/** The password on the account's page. */
export function passwordSection(reader: Reader, state: PasswordState): Html {
  const { words } = reader
  const first = firstPasswordWordsOf(reader.language)
  switch (state.kind) {
    case 'known':
      return html`<h2>${words.changePassword}</h2>
<form method="post" action="/account/password">
<label>${words.currentPassword}<input name="current" type="password" autocomplete="current-password" required></label>
${newPasswordField(reader, { label: words.newPassword })}
<button>${words.changePassword}</button>
</form>`
    case 'demanded':
      return html`<h2>${first.title}</h2><p class="dim">${first.demanded}</p>`
    case 'none':
      return html`<h2>${first.title}</h2><p class="dim">${first.none}</p>
${state.isConfirmed ? firstForm(reader) : confirmFirst(reader)}`
  }
}

function firstForm(reader: Reader): Html {
  return html`<form method="post" action="/account/password/first">
${newPasswordField(reader, { label: reader.words.newPassword })}
<button>${firstPasswordWordsOf(reader.language).set}</button>
</form>`
}

/** Before the field, so that nobody chooses a password and then loses it to the question who they are. */
function confirmFirst(reader: Reader): Html {
  return html`<form method="get" action="/account/confirm">
<button class="plain">${firstPasswordWordsOf(reader.language).confirmFirst}</button></form>`
}
