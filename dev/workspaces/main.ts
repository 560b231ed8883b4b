import { type Client, createClient, LibsqlError } from '@libsql/client'
import { changeSignIn } from './change-sign-in.ts'
import { type Command, HELP, parseCommand, UsageError } from './command-line.ts'
import { createWorkspace } from './create-workspace.ts'
import { invitePerson } from './invite-person.ts'
import { listWorkspaces } from './list-workspaces.ts'
import { migrateAll } from './migrate-all.ts'
import { type OperatorTarget, operatorTarget } from './operator-target.ts'
import { serveSite } from './serve-site.ts'
import { switchAccount } from './switch-account.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 2

/** @returns the exit code */
async function carryOut(
  command: Command,
  target: OperatorTarget,
  control: Client,
): Promise<number> {
  const now = Date.now()
  switch (command.command) {
    case 'list':
      for (const line of await listWorkspaces(control)) console.log(line)
      return 0
    case 'create': {
      const { writeKey, secretKey, invitationLink } = await createWorkspace(
        target,
        control,
        command,
        now,
      )
      console.log(`The workspace ${command.id} is there. This is shown once:

  write key    ${writeKey}
               stands in web pages:
               <script async src="${target.publicUrl}/e.js" data-write-key="${writeKey}"></script>
  secret key   ${secretKey}
               for servers; keep it as you keep passwords
  owner        ${invitationLink}
               for ${command.owner}, good for seven days`)
      return 0
    }
    case 'invite': {
      const link = await invitePerson(target, control, command, now)
      console.log(`For ${command.email}, as ${command.role}, good for seven days:\n\n  ${link}`)
      return 0
    }
    case 'site':
      console.log(await serveSite(control, command, now))
      return 0
    case 'sign-in':
      console.log(await changeSignIn(control, command, now))
      return 0
    case 'account':
      console.log(await switchAccount(control, command, now))
      return 0
    case 'migrate':
      return (await migrateAll(control, target.authToken, console.log)) ? 0 : EXIT_FAILED
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const command = parseCommand(argv)
  if (command === 'help') {
    console.log(HELP)
    return 0
  }
  const target = await operatorTarget(process.env)
  const control = createClient({ url: target.controlUrl, authToken: target.authToken })
  try {
    return await carryOut(command, target, control)
  } finally {
    control.close()
  }
}

/** One sentence that says what to do. */
function said(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  const isOfStore = error instanceof LibsqlError || error instanceof TypeError
  if (!isOfStore) return reason
  return reason.includes('no such table')
    ? 'The control database has no schema yet: run npm run workspace -- migrate.'
    : `The store said no, or nothing (${reason}); check CONTROL_DB_URL and STORE_AUTH_TOKEN.`
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(said(error))
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED
}
