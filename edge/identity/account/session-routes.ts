import type { Context } from 'hono'
import { z } from 'zod'
import { accessChanged } from '../../access/access-changed.ts'
import type { ApiApp, ApiEnv } from '../../api/api-app.ts'
import { readerOf, seeOther } from '../pages/page.ts'
import { pageApp } from '../pages/page-app.ts'
import { fieldsOf, sameOriginForm } from '../pages/same-origin-form.ts'
import { GivenName } from '../people/given-name.ts'
import { expiredSessionCookie } from '../sessions/browser-sessions.ts'
import { nameSession } from '../sessions/name-session.ts'
import { endSessions, liveSessions, workspacesOf } from '../sessions/session-list.ts'
import { type AccountOwner, asOwner, changeAccount } from './account-owner.ts'
import { accountPage } from './routes.ts'
import { accountWordsOf } from './words.ts'

type Ctx = Context<ApiEnv>

const EndForm = z.object({ id: z.string().max(64) })
const RenameForm = z.object({ id: z.string().max(64), name: z.string().max(1_000) })

/** `/account/sessions`: signing devices out, and giving them names. */
export function accountSessionRoutes(): ApiApp {
  const app = pageApp()
  app.use('/account/*', sameOriginForm)
  app.post('/account/sessions/end', (c) =>
    asOwner(c, false, async (owner) => {
      const form = await fieldsOf(c.req.raw, EndForm)
      if (form) await end(c, owner, { kind: 'one', id: form.id })
      const { words } = readerOf(c.req.raw)
      return accountPage(c, owner, { good: words.signedOut })
    }),
  )
  app.post('/account/sessions/rename', (c) => asOwner(c, false, (owner) => rename(c, owner)))
  app.post('/account/sign-out-everywhere', (c) =>
    asOwner(c, false, async (owner) => {
      await end(c, owner, { kind: 'all' })
      return seeOther('/sign-in', [['set-cookie', expiredSessionCookie(c.req.raw)]])
    }),
  )
  return app
}

async function end(
  c: Ctx,
  owner: AccountOwner,
  which: Parameters<typeof endSessions>[2],
): Promise<void> {
  const { control, session, now } = owner
  const { ended } = await endSessions(control, session.userId, which, 'signed_out', now)
  await accessChanged(c.env, workspacesOf(ended))
  await changeAccount(c, owner, [], 'sessions.ended', { ended: ended.length })
}

async function rename(c: Ctx, owner: AccountOwner): Promise<Response> {
  const { control, session, now } = owner
  const words = accountWordsOf(readerOf(c.req.raw).language)
  const form = await fieldsOf(c.req.raw, RenameForm)
  const typed = form?.name.trim() ?? ''
  const name = typed === '' ? { success: true as const, data: null } : GivenName.safeParse(typed)
  if (!form || !name.success) return accountPage(c, owner, { problem: words.nameRefused })
  const sessions = await liveSessions(control, session.userId, now)
  const named = sessions.find(({ id }) => id === form.id)
  // Ended since the page was shown, or nobody's.
  if (!named) return accountPage(c, owner, {})
  // What it is called anyway is no name of its own: it would stay where the browser tells a better one.
  const given = name.data === named.device ? null : name.data
  const statement = nameSession(session.userId, form.id, given)
  await changeAccount(c, owner, [statement], 'sessions.renamed', { session: form.id })
  return accountPage(c, owner, { good: words.renamed })
}
