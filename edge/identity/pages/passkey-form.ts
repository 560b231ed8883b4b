import { html } from 'hono/html'
import { type Html, hidden, type Reader } from './page.ts'

/**
 * A form of the contract in passkeys/passkey-page.ts: hidden until its script knows that the browser has
 * passkeys.
 *
 * @param form.alternative whether it stands below another way to do the same
 */
export function passkeyForm(
  { words }: Reader,
  form: {
    kind: 'register' | 'sign-in'
    action: string
    options: string
    fields?: readonly [name: string, value: string][]
    button: string
    alternative?: boolean
  },
): Html {
  const fields = (form.fields ?? []).map(([name, value]) => hidden(name, value))
  return html`<form hidden method="post" action="${form.action}" data-passkey="${form.kind}" data-options="${form.options}">
${form.alternative ? html`<p class="or">${words.or}</p>` : ''}
${fields}${hidden('credential', '')}
<button class="plain${form.kind === 'register' ? ' small' : ''}">${form.button}</button>
<p class="bad" role="alert" data-passkey-error hidden>${words.passkeyFailed}</p>
</form>`
}
