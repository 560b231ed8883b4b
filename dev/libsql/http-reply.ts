import { ProtocolError } from './stream.ts'
import { StreamExpired } from './stream-registry.ts'

/** An answer that is not the normal one. */
export class HttpFailure extends Error {
  readonly status: number
  readonly code: string | undefined

  /** @param code makes it a JSON error object; without one it is plain text, as libSQL does. */
  constructor(status: number, message: string, code?: string) {
    super(message)
    this.name = 'HttpFailure'
    this.status = status
    this.code = code
  }
}

export type Reply = { status: number; type: 'application/json' | 'text/plain'; body: string }

export const json = (body: string, status = 200): Reply => ({
  status,
  type: 'application/json',
  body,
})
export const text = (body: string, status = 200): Reply => ({ status, type: 'text/plain', body })

/** The answer that tells a failure. The exact content types matter: clients read an error's code
 * only from `application/json`, and the sentence from `text/plain`. */
export function replyTo(error: unknown): Reply {
  if (error instanceof ProtocolError) return text(error.message, 400)
  if (error instanceof StreamExpired) {
    return json(JSON.stringify({ message: error.message, code: error.code }), 400)
  }
  if (error instanceof HttpFailure) {
    return error.code === undefined
      ? text(error.message, error.status)
      : json(JSON.stringify({ message: error.message, code: error.code }), error.status)
  }
  console.error(error)
  const message = 'The server failed at this request; its log has the cause.'
  return json(JSON.stringify({ message, code: 'INTERNAL_ERROR' }), 500)
}
