import type { Client, InStatement } from '@libsql/client'
import { auditOutboxStatement } from '#edge/audit/outbox.ts'
import { notedChange } from '#shared/audit/entry.ts'
import { type SignInCommand, UsageError } from './command-line.ts'
import { checkWorkspace } from './invite-person.ts'
import { OPERATOR } from './operator-origin.ts'

/**
 * Switches company sign-in of a workspace off, or proves a domain of it.
 *
 * @returns what is so now, in a sentence
 * @throws UsageError
 */
export async function changeSignIn(
  control: Client,
  { id, prove }: SignInCommand,
  now: number,
): Promise<string> {
  await checkWorkspace(control, id)
  return prove === undefined ? switchOff(control, id, now) : proveDomain(control, id, prove, now)
}

async function switchOff(control: Client, id: string, now: number): Promise<string> {
  const { rows } = await control.execute({
    sql: 'SELECT id, name FROM sso_connections WHERE workspace_id = ? AND disabled_at IS NULL',
    args: [id],
  })
  if (rows.length === 0) throw new UsageError(`No company sign-in of ${id} is on.`)
  const statements = rows.flatMap((row) => [
    {
      sql: 'UPDATE sso_connections SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL',
      args: [now, String(row.id)],
    },
    noted(id, String(row.id), now, { disabled: true }),
  ])
  await control.batch(statements, 'write')
  const names = rows.map((row) => String(row.name)).join(', ')
  return `Company sign-in is off (${names}): people come in by password or passkey, who has neither by /reset.`
}

/** As the edge does it after it has seen the record: one connection of the whole deployment has a domain. */
async function proveDomain(
  control: Client,
  id: string,
  domain: string,
  now: number,
): Promise<string> {
  const { rows } = await control.execute({
    sql: `SELECT d.connection_id, d.verified_at, c.workspace_id FROM sso_domains d
      JOIN sso_connections c ON c.id = d.connection_id WHERE d.domain = ?`,
    args: [domain],
  })
  const holder = rows.find((row) => row.verified_at !== null)
  if (holder) {
    throw new UsageError(
      `A connection of the workspace ${holder.workspace_id} has ${domain}; have it taken out there first.`,
    )
  }
  const [listing, ...more] = rows.filter((row) => row.workspace_id === id)
  if (!listing) {
    throw new UsageError(`No connection of ${id} lists ${domain}: enter it in the console first.`)
  }
  if (more.length > 0) {
    throw new UsageError(`Several connections of ${id} list ${domain}: take it out of all but one.`)
  }
  const connection = String(listing.connection_id)
  await control.batch(
    [
      {
        sql: 'UPDATE sso_domains SET verified_at = ? WHERE connection_id = ? AND domain = ?',
        args: [now, connection, domain],
      },
      noted(id, connection, now, { proven: domain }),
    ],
    'write',
  )
  return `${domain} is proven: people of it sign in through the connection ${connection}.`
}

function noted(
  workspaceId: string,
  connectionId: string,
  at: number,
  after: Record<string, string | boolean>,
): InStatement {
  const subject = { kind: 'sso_connection', id: connectionId }
  return auditOutboxStatement(
    notedChange(OPERATOR, { action: 'sign_in.changed', subject, at, after }),
    workspaceId,
  )
}
