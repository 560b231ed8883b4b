import { z } from 'zod'

/** Who is signed in to this console, and what they may do. */
export const SessionState = z.discriminatedUnion('name', [
  /** Nobody; `reason` says why somebody who was is not any more. */
  z.object({ name: z.literal('signed_out'), reason: z.string().nullable() }),
  /** The browser is open at the edge, and the console waits for its answer. */
  z.object({ name: z.literal('signing_in'), url: z.string(), problem: z.string().nullable() }),
  z.object({
    name: z.literal('signed_in'),
    email: z.string(),
    person: z.string(),
    role: z.string(),
    workspace: z.object({ id: z.string(), name: z.string() }),
    /** What stands in no list cannot be done, so it is not offered. */
    permissions: z.array(z.object({ permission: z.string(), confirm: z.boolean() })),
    /** One's own account at the edge: devices, second factor, password. */
    accountUrl: z.string(),
  }),
  /** Started with a secret key, for automation: there is no person. */
  z.object({ name: z.literal('by_key') }),
])
export type SessionState = z.infer<typeof SessionState>

const nothing = z.object({})

export const SESSION_METHODS = {
  'session.get': { input: nothing, output: SessionState },
  /** Begins to sign in; the page opens the address in a browser. */
  'session.signIn': { input: nothing, output: z.object({ url: z.string() }) },
  'session.cancel': { input: nothing, output: nothing },
  /** Signs out here, and removes what was pulled. */
  'session.signOut': { input: nothing, output: nothing },
} as const
