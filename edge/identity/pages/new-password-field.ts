import { html } from 'hono/html'
import { MIN_PASSWORD_CHARS } from '../passwords/password-quality.ts'
import type { Html, Reader } from './page.ts'

/** The field for a password that does not exist yet, with what makes a good one. One a page. */
export function newPasswordField(
  { words }: Reader,
  field: { label: string; hasFocus?: boolean },
): Html {
  return html`<label>${field.label}<input name="password" type="password" autocomplete="new-password" required${field.hasFocus ? ' autofocus' : ''} minlength="${MIN_PASSWORD_CHARS}" aria-describedby="password-hint"></label>
<small class="hint" id="password-hint">${words.newPasswordHint}</small>`
}
