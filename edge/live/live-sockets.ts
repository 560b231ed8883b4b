import { z } from 'zod'
import { LIVE_CLOSE, type LiveMessage } from '#shared/live/messages.ts'
import type { MemberAccess } from '../access/member-access.ts'

/** A console has one, and one more while it changes networks. */
const MAX_SOCKETS_OF_SESSION = 5
const MAX_SOCKETS = 2_000

const Attached = z.object({ sessionId: z.string(), said: z.string() })

/** The open connections of a workspace, which outlive the object's sleep: what is known of each travels with it. */
export class LiveSockets {
  readonly #state: DurableObjectState
  readonly #accessOf: (sessionId: string) => Promise<MemberAccess>

  constructor(state: DurableObjectState, accessOf: (sessionId: string) => Promise<MemberAccess>) {
    this.#state = state
    this.#accessOf = accessOf
  }

  get isEmpty(): boolean {
    return this.#state.getWebSockets().length === 0
  }

  /** Opens a connection for a session that was let in, and says what it may do. */
  async open(sessionId: string): Promise<Response> {
    const ofSession = this.#state.getWebSockets(sessionId)
    const isFull = this.#state.getWebSockets().length >= MAX_SOCKETS
    if (isFull || ofSession.length >= MAX_SOCKETS_OF_SESSION) {
      return new Response(null, { status: 429, headers: { 'retry-after': '30' } })
    }
    const { 0: theirs, 1: ours } = new WebSocketPair()
    this.#state.acceptWebSocket(ours, [sessionId])
    ours.serializeAttachment({ sessionId, said: '' })
    await this.#check(ours)
    return new Response(null, { status: 101, webSocket: theirs })
  }

  /** Looks at every connection again: what changed is said, and what may nothing any more is closed. */
  async check(): Promise<void> {
    await Promise.all(this.#state.getWebSockets().map((socket) => this.#check(socket)))
  }

  async #check(socket: WebSocket): Promise<void> {
    const attached = Attached.safeParse(socket.deserializeAttachment())
    if (!attached.success) return close(socket, LIVE_CLOSE.unchecked, 'unknown')
    const { sessionId, said } = attached.data
    let access: MemberAccess
    try {
      access = await this.#accessOf(sessionId)
    } catch {
      return close(socket, LIVE_CLOSE.unchecked, 'unavailable')
    }
    if (access.kind === 'none') {
      const ended: LiveMessage = { t: 'ended', code: access.reason }
      send(socket, JSON.stringify(ended))
      return close(socket, LIVE_CLOSE.accessEnded, access.reason)
    }
    const { role, permissions } = access
    const message: LiveMessage = { t: 'access', role, permissions }
    const text = JSON.stringify(message)
    if (text === said) return
    socket.serializeAttachment({ sessionId, said: rememberable(text) })
    send(socket, text)
  }
}

function send(socket: WebSocket, text: string): void {
  try {
    socket.send(text)
  } catch {
    // It went away; the runtime takes it from the list.
  }
}

/** An attachment holds 2 KiB at most; a longer text counts as never said. */
const MAX_SAID_CHARS = 1_500
const rememberable = (text: string): string => (text.length <= MAX_SAID_CHARS ? text : '')

/** Codes below 1000 and some above are for what happened, and may not be sent (RFC 6455, 7.4.1). */
export function endSocket(socket: WebSocket, code: number): void {
  close(socket, code >= 3_000 || code === 1_000 ? code : 1_000, '')
}

function close(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason)
  } catch {
    // Closed already.
  }
}
