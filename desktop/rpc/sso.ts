import { z } from 'zod'
import { RoleView } from './people.ts'
import { Why } from './why.ts'

const RoleMapping = z.object({ value: z.string().min(1).max(200), role: z.string().min(1).max(64) })
export type RoleMapping = z.infer<typeof RoleMapping>

/** How a connection gives roles. */
const RoleRules = z.object({
  /** The claim that names groups; null where roles are left to admins. */
  roleClaim: z.string().min(1).max(200).nullable(),
  /** Of several values that somebody has, the first in this list counts. */
  roleMap: z.array(RoleMapping).max(200),
  /** For who has none of the values; null to refuse them. */
  defaultRole: z.string().min(1).max(64).nullable(),
})
export type RoleRules = z.infer<typeof RoleRules>

export const SsoDomain = z.object({
  domain: z.string(),
  /** Whether its people may come in no other way. */
  required: z.boolean(),
  /** Unix milliseconds; null until it is proven, and until then it leads nobody here. */
  verifiedAt: z.number().nullable(),
  /** The TXT record that proves it. */
  record: z.string(),
})
export type SsoDomain = z.infer<typeof SsoDomain>

/** An identity provider through which people of the workspace sign in. */
export const SsoConnection = RoleRules.extend({
  id: z.string(),
  name: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  hasSecret: z.boolean(),
  /** To be registered at the provider. */
  redirectUri: z.url({ protocol: /^https?$/ }),
  domains: z.array(SsoDomain),
  disabled: z.boolean(),
  /** Unix milliseconds. */
  createdAt: z.number(),
})
export type SsoConnection = z.infer<typeof SsoConnection>

/** Everything the page of company sign-in shows. */
export const SsoView = z.object({
  connections: z.array(SsoConnection),
  roles: z.array(RoleView),
})
export type SsoView = z.infer<typeof SsoView>

const Name = z.string().trim().min(1).max(60)
const Secret = z.string().min(1).max(1_000)
const DomainName = z.string().min(1).max(253)

export const NewSsoConnection = RoleRules.extend({
  name: Name,
  issuer: z.string().max(500),
  clientId: z.string().min(1).max(500),
  /** Null where PKCE alone protects the code. */
  clientSecret: Secret.nullable(),
  domains: z.array(DomainName).max(50),
})
export type NewSsoConnection = z.infer<typeof NewSsoConnection>

export const SsoChange = z.union([
  z.object({ name: Name }),
  z.object({ clientSecret: Secret.nullable() }),
  z.object({ disabled: z.boolean() }),
  RoleRules,
])
export type SsoChange = z.infer<typeof SsoChange>

/** `required`: its people may come in no other way; `gone`: it is none of the connection's any more. */
export const DomainWish = z.enum(['listed', 'required', 'gone'])
export type DomainWish = z.infer<typeof DomainWish>

/** What a provider said of itself. */
export const ProviderAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('works'), authorizationEndpoint: z.string() }),
  z.object({ kind: z.enum(['unreachable', 'unfit']), reason: z.string() }),
])
export type ProviderAnswer = z.infer<typeof ProviderAnswer>

const nothing = z.object({})
const ById = z.object({ id: z.string() })
const ByIdWithWhy = Why.extend(ById.shape)

/** These ask the edge: nothing of it is kept on this computer. */
export const SSO_METHODS = {
  'sso.get': { input: nothing, output: SsoView },
  'sso.connect': { input: NewSsoConnection, output: ById },
  'sso.change': { input: ByIdWithWhy.extend({ change: SsoChange }), output: nothing },
  'sso.changeDomain': {
    input: ByIdWithWhy.extend({ domain: DomainName, wish: DomainWish }),
    output: nothing,
  },
  'sso.proveDomain': { input: ById.extend({ domain: DomainName }), output: nothing },
  'sso.test': { input: ById, output: ProviderAnswer },
  'sso.delete': { input: ByIdWithWhy, output: nothing },
} as const
