import { z } from 'zod'

/** What the edge says on an open connection, as JSON text. */
export const LiveMessage = z.discriminatedUnion('t', [
  /** What the person may do from now on: at the beginning, and when it changed. A newer edge may name more. */
  z.object({ t: z.literal('access'), role: z.string(), permissions: z.array(z.string()) }),
  /** It may do nothing any more; the code is one of problem+json. The connection is closed after it. */
  z.object({ t: z.literal('ended'), code: z.string() }),
])
export type LiveMessage = z.infer<typeof LiveMessage>

/** Codes with which the edge closes; those of an application are from 4000 on (RFC 6455, 7.4.2). */
export const LIVE_CLOSE = {
  /** The session may do nothing any more; the reason is a code of problem+json. */
  accessEnded: 4401,
  /** It could not be checked whether it still may: connect again. */
  unchecked: 4503,
} as const
