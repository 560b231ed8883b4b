import { z } from 'zod'

export const RPC_ERROR_KINDS = [
  /** The other side does not know the method. */
  'unknown_method',
  /** What was sent, or what came back, does not fit the contract. */
  'bad_payload',
  /** The access token or origin was not accepted. */
  'forbidden',
  /** Renderer and backend have different versions. */
  'version_mismatch',
  /** The connection ended before the answer came. */
  'disconnected',
  /** The answer did not come in time. */
  'timeout',
  /** The method failed. */
  'failed',
] as const

/** An error as it crosses the wire: `message` is one plain sentence, `next` says what to do. */
export const RpcErrorBody = z.object({
  kind: z.enum(RPC_ERROR_KINDS),
  message: z.string(),
  next: z.string().nullable(),
  /** Where in a browser a person proves again who they are; after that the same may be tried again. */
  confirmUrl: z.url({ protocol: /^https?$/ }).optional(),
})
export type RpcErrorBody = z.infer<typeof RpcErrorBody>

export class RpcError extends Error {
  readonly kind: RpcErrorBody['kind']
  readonly next: string | null
  readonly confirmUrl: string | undefined

  constructor(body: RpcErrorBody) {
    super(body.message)
    this.name = 'RpcError'
    this.kind = body.kind
    this.next = body.next
    this.confirmUrl = body.confirmUrl
  }

  toBody(): RpcErrorBody {
    const { kind, message, next, confirmUrl } = this
    return { kind, message, next, ...(confirmUrl === undefined ? {} : { confirmUrl }) }
  }
}
