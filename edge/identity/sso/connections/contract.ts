import { z } from '@hono/zod-openapi'
import { RoleMapping } from '../decide-role.ts'

const MAX_DOMAINS = 50
const MAX_ROLES = 200
const MAX_DOMAIN_CHARS = 253

/** As addresses have it behind the @: lower case, Punycode, at least two labels. */
export const Domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(MAX_DOMAIN_CHARS)
  .regex(
    /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+$/,
    'is no domain, such as company.example',
  )

const AskedDomain = z.strictObject({
  domain: Domain,
  required: z.boolean().default(false).openapi({
    description: 'Whether people of this domain may sign in through this connection alone.',
  }),
})
export type AskedDomain = z.infer<typeof AskedDomain>

const Domains = z
  .array(AskedDomain)
  .max(MAX_DOMAINS)
  .refine((domains) => new Set(domains.map(({ domain }) => domain)).size === domains.length, {
    message: 'names a domain twice',
  })

const Name = z.string().trim().min(1).max(60)
const ClientSecret = z.string().min(1).max(1_000)

const RoleFields = {
  roleClaim: z.string().min(1).max(200).nullable().openapi({
    description:
      'The claim that names groups. With one, the role is given anew at each sign-in; without, members keep theirs.',
  }),
  roleMap: z.array(RoleMapping).max(MAX_ROLES).openapi({
    description: 'Of several values that somebody has, the first in this list counts.',
  }),
  defaultRole: z.string().min(1).max(64).nullable().openapi({
    description: 'For who has none of the values; null to refuse them.',
  }),
}

export const NewConnection = z
  .strictObject({
    name: Name,
    issuer: z.string().max(500).openapi({
      description: 'Exactly as the provider writes it, such as https://login.company.example.',
    }),
    clientId: z.string().min(1).max(500),
    clientSecret: ClientSecret.optional().openapi({
      description: 'Sealed, and never shown. Without one PKCE alone protects the code.',
    }),
    domains: Domains.default([]),
    roleClaim: RoleFields.roleClaim.default(null),
    roleMap: RoleFields.roleMap.default([]),
    defaultRole: RoleFields.defaultRole.default(null),
  })
  .openapi('NewSsoConnection')
export type NewConnection = z.infer<typeof NewConnection>

/** Not issuer and client: the identities of people are worth something only together with these. */
export const ConnectionChange = z
  .strictObject({
    name: Name,
    clientSecret: ClientSecret.nullable(),
    domains: Domains,
    ...RoleFields,
    disabled: z.boolean(),
  })
  .partial()
  .openapi('SsoConnectionChange')
export type ConnectionChange = z.infer<typeof ConnectionChange>

const ListedDomain = z.object({
  domain: z.string(),
  required: z.boolean(),
  verifiedAt: z.number().nullable().openapi({
    description: 'Unix milliseconds; null until it is proven, and until then it leads nobody here.',
  }),
  record: z.string().openapi({ description: 'The TXT record that proves the domain.' }),
})

export const Connection = z
  .object({
    id: z.string(),
    name: z.string(),
    issuer: z.string(),
    clientId: z.string(),
    hasSecret: z.boolean(),
    redirectUri: z.string().openapi({ description: 'To be registered at the provider.' }),
    domains: z.array(ListedDomain),
    roleClaim: z.string().nullable(),
    roleMap: z.array(RoleMapping),
    defaultRole: z.string().nullable(),
    disabled: z.boolean(),
    createdAt: z.number().openapi({ description: 'Unix milliseconds' }),
  })
  .openapi('SsoConnection')
export type Connection = z.infer<typeof Connection>
