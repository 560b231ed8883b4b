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
})
export type RpcErrorBody = z.infer<typeof RpcErrorBody>

export class RpcError extends Error {
  readonly kind: RpcErrorBody['kind']
  readonly next: string | null

  constructor(body: RpcErrorBody) {
    super(body.message)
    this.name = 'RpcError'
    this.kind = body.kind
    this.next = body.next
  }

  toBody(): RpcErrorBody {
    return { kind: this.kind, message: this.message, next: this.next }
  }
}
