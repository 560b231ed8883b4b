import { html } from 'hono/html'
import type { Permission } from '#shared/access/matrix.ts'
import { type Html, hidden, notice, type Reader } from '../pages/page.ts'
import { roleWords } from '../pages/role-words.ts'
import type { Membership } from '../people/users.ts'

export interface Consent {
  email: string
  app: string
  /** Name of the workspace that registered it; null for the console. */
  appWorkspace: string | null
  /** Null for all that the role allows. */
  permissions: readonly Permission[] | null
  workspaces: readonly Membership[]
  /** The authorization request as it came, to be sent along. */
  parameters: readonly [string, string][]
  problem: string | null
}

/** Asks a person whether an app may work in their name, and in which workspace. */
export function consentBody({ words, language }: Reader, consent: Consent): Html {
  const { app, appWorkspace, permissions, workspaces } = consent
  const fields = consent.parameters.map(([name, value]) => hidden(name, value))
  return html`<h1>${words.letIn(app)}</h1>
<p class="dim">${words.letInLead(consent.email)}</p>
${appWorkspace === null ? '' : html`<p class="dim">${words.appOfWorkspace(app, appWorkspace)}</p>`}
${notice('bad', consent.problem)}
${
  permissions === null
    ? html`<p>${words.appMayAll}</p>`
    : html`<p>${words.appMay}</p><ul>${permissions.map((permission) => html`<li><code>${permission}</code></li>`)}</ul>`
}
${
  workspaces.length === 0
    ? notice('bad', words.noWorkspace)
    : html`<form method="post" action="/oauth/authorize">${fields}
${workspaces.map(
  ({ workspaceId, workspaceName, role, customRoleName }, index) => html`<label class="choice">
<input type="radio" name="workspace" value="${workspaceId}"${index === 0 ? ' checked' : ''}> ${workspaceName}<small>${roleWords(language, role, customRoleName)}</small></label>`,
)}
<button name="answer" value="allow">${words.allow}</button>
<button class="plain" name="answer" value="deny">${words.deny}</button>
</form>`
}
<form method="post" action="/sign-out" class="links"><button class="plain small">${words.otherAccount}</button></form>`
}
