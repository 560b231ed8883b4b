import { z } from 'zod'

/** What Electron's main process tells the back end in its utility process. */
export const ShellMessage = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('start'),
    dataDir: z.string(),
    edgeUrl: z.string(),
    /** For automation; null where a person signs in. */
    secretKey: z.string().nullable(),
    /** The session as it was kept, opened by the system's key store; null for none. */
    session: z.string().nullable(),
  }),
  /** A window wants to be served; the message carries one port. */
  z.object({ t: z.literal('connect') }),
  z.object({ t: z.literal('stop') }),
  z.object({ t: z.literal('kept'), id: z.number(), ok: z.boolean() }),
])
export type ShellMessage = z.infer<typeof ShellMessage>

/** What the back end tells Electron's main process. */
export const BackendMessage = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ready') }),
  z.object({ t: z.literal('failed'), message: z.string(), next: z.string() }),
  z.object({ t: z.literal('stopped') }),
  /** Keep the session, sealed by the system's key store; null forgets it. Answered with `kept`. */
  z.object({ t: z.literal('keep'), id: z.number(), session: z.string().nullable() }),
])
export type BackendMessage = z.infer<typeof BackendMessage>
