import { z } from 'zod'
import { RpcErrorBody } from './rpc-error.ts'

/** What the renderer sends. The hello comes first; until it is accepted nothing else is answered. */
export const ClientMessage = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), version: z.number(), token: z.string().nullable() }),
  z.object({
    t: z.literal('request'),
    id: z.number().int(),
    method: z.string(),
    input: z.unknown(),
  }),
])
export type ClientMessage = z.infer<typeof ClientMessage>

/** What the backend sends. */
export const ServerMessage = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), version: z.number() }),
  /** The hello was not accepted; the connection ends. */
  z.object({ t: z.literal('refused'), error: RpcErrorBody }),
  z.object({ t: z.literal('response'), id: z.number().int(), output: z.unknown() }),
  z.object({ t: z.literal('error'), id: z.number().int(), error: RpcErrorBody }),
  z.object({ t: z.literal('event'), topic: z.string(), payload: z.unknown() }),
])
export type ServerMessage = z.infer<typeof ServerMessage>
