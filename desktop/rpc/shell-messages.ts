import { z } from 'zod'

/** What Electron's main process tells the back end in its utility process. */
export const ShellMessage = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('start'),
    dataDir: z.string(),
    edgeUrl: z.string(),
    secretKey: z.string(),
  }),
  /** A window wants to be served; the message carries one port. */
  z.object({ t: z.literal('connect') }),
  z.object({ t: z.literal('stop') }),
])
export type ShellMessage = z.infer<typeof ShellMessage>

/** What the back end tells Electron's main process. */
export const BackendMessage = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ready') }),
  z.object({ t: z.literal('failed'), message: z.string(), next: z.string() }),
  z.object({ t: z.literal('stopped') }),
])
export type BackendMessage = z.infer<typeof BackendMessage>
