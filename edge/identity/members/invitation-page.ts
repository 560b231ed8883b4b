import { html } from 'hono/html'
import { newPasswordField } from '../pages/new-password-field.ts'
import { type Html, notice, type Reader } from '../pages/page.ts'
import { roleWords } from '../pages/role-words.ts'
import type { Invitation } from './invitations.ts'

/** Who opens an invitation's link, as far as the page has to ask them something else. */
export type Invited =
  /** Signed in with this browser as the invited address: nothing more to prove. */
  | { kind: 'signed_in'; userId: string }
  /** Has an account; proves it by its password, or by signing in. */
  | { kind: 'known' }
  /** Their company wants them to come through it. */
  | { kind: 'company' }
  | { kind: 'new' }

/** @param token of the link, to come back to after signing in */
export function invitationBody(
  reader: Reader,
  { workspaceName, email, role, customRoleName }: Invitation,
  token: string,
  invited: Invited,
  problem: string | null,
): Html {
  const { words, language } = reader
  const roleName = roleWords(language, role, customRoleName)
  const back = encodeURIComponent(`/invitation/${token}`)
  return html`<h1>${words.invitation(workspaceName)}</h1>
<p class="dim">${words.invitationLead(email, roleName)}</p>
${notice('bad', problem)}
${asked(reader, email, invited)}
${
  invited.kind === 'known'
    ? html`<div class="links"><a href="/sign-in?return_to=${back}">${words.invitationOtherWay}</a></div>`
    : ''
}
${
  invited.kind === 'company'
    ? html`<div class="links"><a href="/sso?return_to=${back}">${words.withCompany}</a></div>`
    : ''
}`
}

function asked(reader: Reader, email: string, invited: Invited): Html {
  const { words } = reader
  switch (invited.kind) {
    case 'company':
      return html`<p>${words.invitationCompany}</p>`
    case 'signed_in':
      return html`<p>${words.letInLead(email)}</p>
<form method="post"><button>${words.accept}</button></form>`
    case 'known':
      return html`<p>${words.invitationKnown}</p>
<form method="post">
<label>${words.password}<input name="password" type="password" autocomplete="current-password" required autofocus></label>
<button>${words.accept}</button>
</form>`
    case 'new':
      return html`<p>${words.invitationNew}</p>
<form method="post">
<label>${words.name}<input name="name" autocomplete="name" required autofocus></label>
${newPasswordField(reader, { label: words.password })}
<button>${words.accept}</button>
</form>`
  }
}
