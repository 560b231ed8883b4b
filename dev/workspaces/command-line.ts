import { parseArgs } from 'node:util'
import { z } from 'zod'
import { Email } from '#edge/identity/people/users.ts'
import { Domain } from '#edge/identity/sso/connections/contract.ts'
import { ROLES } from '#shared/access/matrix.ts'

export const HELP = `Makes and looks after workspaces: what an operator does before anybody can sign in.

  npm run workspace -- list
  npm run workspace -- create ID --owner EMAIL     the workspace, its database's schema, its first two keys and
                                                   a link by which its owner comes in
      --name NAME                                  as people see it (default: the id)
      --database URL                               an empty libSQL database of its own, such as
                                                   libsql://acme-company.turso.io; not on one machine
      --timezone ZONE                              in which its days begin (default: UTC)
      --region REGION                              part of its objects' names, for ever (default: main)
      --buckets N                                  how many objects share its visitors, for ever (default: 16)
  npm run workspace -- invite ID --email EMAIL     a link for one more person, also where nobody can sign in
      --role ROLE                                  (default: owner)
  npm run workspace -- site ID --host HOST --origin URL
                                                   serves the pages of URL under HOST, with slots filled
  npm run workspace -- site ID --host HOST --remove
  npm run workspace -- sign-in ID --off            switches company sign-in off, for who cannot come in by it any more
  npm run workspace -- sign-in ID --prove DOMAIN   gives a domain to the connection that lists it, without DNS
  npm run workspace -- account --email EMAIL --deactivate
                                                   shuts a person out of every workspace (--activate: lets them in)
  npm run workspace -- migrate                     control database and all workspaces, before each new version

Works on the platform of this machine (EDGEWISE_HOME), or on the deployment that CONTROL_DB_URL,
STORE_AUTH_TOKEN and PUBLIC_URL name. What is shown once is stored as a hash. docs/deploying.md has the steps.`

/** What was typed makes no sense, in one sentence that says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Keys carry it, and so do the names of objects: it never changes. */
const WorkspaceId = z
  .string()
  .regex(/^[a-z0-9]{2,32}$/, 'An id has 2 to 32 lower-case letters and digits, such as acme.')

const TimeZone = z.string().refine((zone) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null
  } catch {
    return false
  }
}, '--timezone takes a name such as Europe/Berlin.')

/** As requests carry it: lower case, with the port where it is not the usual one. */
const Host = z
  .string()
  .toLowerCase()
  .refine((host) => {
    const name = host.replace(/:\d{1,5}$/, '')
    return Domain.safeParse(name).success && URL.parse(`http://${host}`)?.host === host
  }, '--host takes a host name without https:// and path, such as www.company.example.')

const Origin = z
  .url({
    protocol: /^https?$/,
    error: '--origin takes an address such as https://origin.company.example.',
  })
  .refine(
    (address) => URL.parse(address)?.origin === address.replace(/\/$/, ''),
    '--origin takes scheme, host and port alone: paths stay as visitors ask for them.',
  )
  .transform((address) => address.replace(/\/$/, ''))

const MAX_BUCKETS = 256

const Create = z.strictObject({
  command: z.literal('create'),
  id: WorkspaceId,
  owner: Email,
  name: z.string().trim().min(1).max(60).optional(),
  database: z
    .url({
      protocol: /^(libsql|https?)$/,
      error: '--database takes an address that begins with libsql: or https:.',
    })
    .optional(),
  timezone: TimeZone.default('UTC'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,20}$/, '--region takes lower-case letters, digits and hyphens.')
    .default('main'),
  buckets: z.coerce
    .number('--buckets takes a number.')
    .int('--buckets takes a whole number.')
    .min(1, '--buckets is 1 at least.')
    .max(MAX_BUCKETS, `--buckets is ${MAX_BUCKETS} at most.`)
    .default(16),
})
export type CreateCommand = z.infer<typeof Create>

const Invite = z.strictObject({
  command: z.literal('invite'),
  id: WorkspaceId,
  email: Email,
  role: z.enum(ROLES, `--role is one of ${ROLES.join(', ')}.`).default('owner'),
})
export type InviteCommand = z.infer<typeof Invite>

const Site = z
  .strictObject({
    command: z.literal('site'),
    id: WorkspaceId,
    host: Host,
    origin: Origin.optional(),
    remove: z.literal(true).optional(),
  })
  .refine(({ origin, remove }) => (origin === undefined) === (remove === true), {
    message: 'Give --origin, or --remove.',
  })
export type SiteCommand = z.infer<typeof Site>

const SignIn = z
  .strictObject({
    command: z.literal('sign-in'),
    id: WorkspaceId,
    off: z.literal(true).optional(),
    prove: Domain.optional(),
  })
  .refine(({ off, prove }) => (off === true) !== (prove !== undefined), {
    message: 'Give --off, or --prove with a domain.',
  })
export type SignInCommand = z.infer<typeof SignIn>

const Account = z
  .strictObject({
    command: z.literal('account'),
    email: Email,
    deactivate: z.literal(true).optional(),
    activate: z.literal(true).optional(),
  })
  .refine(({ deactivate, activate }) => deactivate !== activate, {
    message: 'Give --deactivate, or --activate.',
  })
export type AccountCommand = z.infer<typeof Account>

const Command = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('list') }),
  z.strictObject({ command: z.literal('migrate') }),
  Create,
  Invite,
  Site,
  SignIn,
  Account,
])
export type Command = z.infer<typeof Command>

const NEXT = 'See npm run workspace -- --help.'

/** @throws UsageError */
export function parseCommand(argv: readonly string[]): Command | 'help' {
  const { values, positionals } = parsed(argv)
  const { help, ...options } = values
  if (help || argv.length === 0) return 'help'
  const [command, id, ...more] = positionals
  if (more.length > 0) throw new UsageError(`${more[0]} is one word too many. ${NEXT}`)
  const asked = Command.safeParse({ command, ...(id === undefined ? {} : { id }), ...options })
  if (asked.success) return asked.data
  throw new UsageError(`${sentenceOf(asked.error, command)} ${NEXT}`)
}

/** Zod's own words are for programmers where a value is missing or one too many. */
function sentenceOf(error: z.ZodError, command: string | undefined): string {
  const issue = error.issues[0]
  const [field] = issue?.path ?? []
  if (issue?.code === 'invalid_union') {
    return 'Say what to do: list, create, invite, site, sign-in, account or migrate.'
  }
  if (issue?.code === 'unrecognized_keys') {
    const [key] = issue.keys
    return key === 'id' ? `${command} takes no id.` : `${command} does not take --${key}.`
  }
  if (issue?.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return field === 'id'
      ? `Name the workspace: ${command} ID.`
      : `${command} needs --${String(field)}.`
  }
  const isOwn = issue?.message.includes('--') || issue?.message.endsWith('.')
  return isOwn ? (issue?.message ?? '') : `--${String(field)} ${issue?.message}.`
}

function parsed(argv: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        owner: text,
        name: text,
        database: text,
        timezone: text,
        region: text,
        buckets: text,
        email: text,
        role: text,
        host: text,
        origin: text,
        remove: { type: 'boolean' },
        off: { type: 'boolean' },
        prove: text,
        deactivate: { type: 'boolean' },
        activate: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error} ${NEXT}`)
  }
}
