import { z } from 'zod'
import { KEY_KINDS } from '#shared/access/matrix.ts'
import { Why } from './why.ts'

export const ApiKey = z.object({
  id: z.string(),
  kind: z.enum(KEY_KINDS),
  name: z.string(),
  /** Its beginning: what people see of it in lists. */
  prefix: z.string(),
  permissions: z.array(z.string()),
  /** From which sites browsers may send; null for any. */
  allowedOrigins: z.array(z.string()).nullable(),
  /** Unix milliseconds. */
  createdAt: z.number(),
  /** Unix milliseconds; null while it opens something. */
  revokedAt: z.number().nullable(),
})
export type ApiKey = z.infer<typeof ApiKey>

export const RegisteredApp = z.object({
  id: z.string(),
  name: z.string(),
  redirectUris: z.array(z.string()),
  permissions: z.array(z.string()),
  /** Whether it keeps a secret, on a server. */
  confidential: z.boolean(),
  /** Unix milliseconds. */
  createdAt: z.number(),
  /** Unix milliseconds; null while people may let it in. */
  revokedAt: z.number().nullable(),
})
export type RegisteredApp = z.infer<typeof RegisteredApp>

const Name = z.string().trim().min(1).max(60)
const Permissions = z.array(z.string()).min(1).max(100)

export const NewKey = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('write'),
    name: Name,
    /** Null for any site. */
    allowedOrigins: z.array(z.string().max(300)).min(1).max(50).nullable(),
  }),
  z.object({ kind: z.literal('secret'), name: Name, permissions: Permissions }),
])
export type NewKey = z.infer<typeof NewKey>

export const NewApp = z.object({
  name: Name,
  redirectUris: z.array(z.string().max(500)).min(1).max(10),
  permissions: Permissions,
  confidential: z.boolean(),
})
export type NewApp = z.infer<typeof NewApp>

const nothing = z.object({})
const Revoked = Why.extend({ id: z.string() })

/** These ask the edge: nothing of it is kept on this computer. */
export const KEY_METHODS = {
  'keys.list': { input: nothing, output: z.object({ keys: z.array(ApiKey) }) },
  /** The key itself, which is not kept anywhere. */
  'keys.make': { input: NewKey, output: z.object({ key: z.string() }) },
  'keys.revoke': { input: Revoked, output: nothing },
  'apps.list': { input: nothing, output: z.object({ apps: z.array(RegisteredApp) }) },
  'apps.register': {
    input: NewApp,
    output: z.object({ clientId: z.string(), clientSecret: z.string().nullable() }),
  },
  'apps.revoke': { input: Revoked, output: nothing },
} as const
