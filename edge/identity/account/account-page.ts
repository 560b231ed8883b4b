import { html } from 'hono/html'
import { type Html, hidden, notice, type Reader } from '../pages/page.ts'
import { roleWords } from '../pages/role-words.ts'
import type { Membership } from '../people/users.ts'
import type { ListedSession } from '../sessions/session-list.ts'
import type { Factors } from '../sign-in/second-factors.ts'
import { factorsSection } from './factor-pages.ts'
import { momentIn } from './moment.ts'
import { type PasswordState, passwordSection } from './password-section.ts'
import { renameForm } from './rename-form.ts'
import { accountWordsOf } from './words.ts'

export interface Account {
  name: string
  email: string
  memberships: readonly Membership[]
  sessionId: string
  sessions: readonly ListedSession[]
  factors: Factors
  password: PasswordState
  passkeysWork: boolean
  good: string | null
  problem: string | null
}

/** One's own account: where one works and is signed in, second factors, password. */
export function accountBody(reader: Reader, account: Account): Html {
  const { words } = reader
  return html`<h1>${account.name}</h1>
<p class="dim">${account.email}</p>
${account.memberships.map((membership) => workspaceLine(reader, membership))}
${notice('good', account.good)}${notice('bad', account.problem)}
<h2>${words.devices}</h2>
<p class="dim">${words.devicesLead}</p>
<ul class="plain">${account.sessions.map((session) => sessionItem(reader, account, session))}</ul>
<form method="post" action="/account/sign-out-everywhere" class="row"><button class="plain small">${words.signOutEverywhere}</button></form>
${factorsSection(reader, account.factors, account.passkeysWork)}
${passwordSection(reader, account.password)}`
}

function workspaceLine({ language }: Reader, membership: Membership): Html {
  const { workspaceName, role, customRoleName } = membership
  return html`<p class="dim">${workspaceName} · ${roleWords(language, role, customRoleName)}</p>`
}

function sessionItem(reader: Reader, account: Account, session: ListedSession): Html {
  const { words, language } = reader
  const when = momentIn(language, session.lastUsedAt)
  const workspace = account.memberships.find(
    ({ workspaceId }) => workspaceId === session.workspaceId,
  )
  const device = session.name === session.device ? null : session.device
  const where = [device, workspace?.workspaceName ?? session.workspaceId, session.country]
    .filter(Boolean)
    .join(', ')
  const isOwn = session.id === account.sessionId
  const naming = renameForm(reader, {
    action: '/account/sessions/rename',
    id: session.id,
    name: session.name,
    hint: accountWordsOf(language).sessionNameHint,
    canBeEmpty: true,
  })
  return html`<li><div>${session.name}${isOwn ? ` (${words.thisBrowser})` : ''}
<small>${where}${where ? ' · ' : ''}${words.lastUsed(when)}</small>${naming}</div>
<form method="post" action="${isOwn ? '/sign-out' : '/account/sessions/end'}" class="row">${hidden('id', session.id)}
<button class="plain small">${words.signOut}</button></form></li>`
}
