import { html } from 'hono/html'
import { newPasswordField } from '../pages/new-password-field.ts'
import { type Html, hidden, notice, type Reader } from '../pages/page.ts'
import type { ListedSession } from '../sessions/session-list.ts'
import type { Factors } from '../sign-in/second-factors.ts'
import { factorsSection } from './factor-pages.ts'
import { momentIn } from './moment.ts'

export interface Account {
  name: string
  email: string
  sessionId: string
  sessions: readonly ListedSession[]
  factors: Factors
  hasPassword: boolean
  passkeysWork: boolean
  good: string | null
  problem: string | null
}

/** One's own account: where one is signed in, second factors, password. */
export function accountBody(reader: Reader, account: Account): Html {
  const { words } = reader
  return html`<h1>${account.name}</h1>
<p class="dim">${account.email}</p>
${notice('good', account.good)}${notice('bad', account.problem)}
<h2>${words.devices}</h2>
<p class="dim">${words.devicesLead}</p>
<ul class="plain">${account.sessions.map((session) => sessionItem(reader, account.sessionId, session))}</ul>
<form method="post" action="/account/sign-out-everywhere" class="row"><button class="plain small">${words.signOutEverywhere}</button></form>
${factorsSection(reader, account.factors, account.passkeysWork)}
${account.hasPassword ? passwordSection(reader) : ''}`
}

function sessionItem({ words, language }: Reader, own: string, session: ListedSession): Html {
  const when = momentIn(language, session.lastUsedAt)
  const where = [session.workspaceId, session.country].filter(Boolean).join(', ')
  const isOwn = session.id === own
  return html`<li><div>${session.name}${isOwn ? ` (${words.thisBrowser})` : ''}
<small>${where}${where ? ' · ' : ''}${words.lastUsed(when)}</small></div>
<form method="post" action="${isOwn ? '/sign-out' : '/account/sessions/end'}" class="row">${hidden('id', session.id)}
<button class="plain small">${words.signOut}</button></form></li>`
}

function passwordSection(reader: Reader): Html {
  const { words } = reader
  return html`<h2>${words.changePassword}</h2>
<form method="post" action="/account/password">
<label>${words.currentPassword}<input name="current" type="password" autocomplete="current-password" required></label>
${newPasswordField(reader, { label: words.newPassword })}
<button>${words.changePassword}</button>
</form>`
}
