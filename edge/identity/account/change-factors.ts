import { waitUntil } from 'cloudflare:workers'
import type { InStatement } from '@libsql/client'
import type { Context } from 'hono'
import type { ApiEnv } from '../../api/api-app.ts'
import { mailerOf } from '../../mail/mailer-of.ts'
import { readerOf } from '../pages/page.ts'
import { type AccountOwner, changeAccount } from './account-owner.ts'

/**
 * Changes second factors: on record in the workspaces, and told to their owner by mail. Whoever gets into an
 * account makes a factor of their own first.
 *
 * @param after what was added or removed, for the record; no secret
 */
export async function changeFactors(
  c: Context<ApiEnv>,
  owner: AccountOwner,
  statements: readonly InStatement[],
  after: Record<string, string | number>,
): Promise<void> {
  await changeAccount(c, owner, statements, 'second_factors.changed', after)
  const { words, language } = readerOf(c.req.raw)
  waitUntil(
    mailerOf(c.env).send({
      to: owner.session.email,
      subject: words.mailFactorsSubject,
      text: words.mailFactors,
      locale: language,
    }),
  )
}
