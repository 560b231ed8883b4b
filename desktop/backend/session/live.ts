import { WebSocket } from 'ws'
import { LiveMessage } from '#shared/live/messages.ts'
import { backoffMs } from '../pull/backoff.ts'
import type { Proof } from './session.ts'

export interface LiveDeps {
  edgeUrl: string
  proof: () => Promise<Proof>
  /** The role or what it allows is another one now. */
  onAccess: (access: { role: string; permissions: string[] }) => void
  /** The session may do nothing any more; `code` says why. */
  onEnded: (code: string) => void
  random: () => number
}

/** Keeps a connection to the edge while somebody is signed in, so that a change of role is heard at once. */
export class LiveConnection {
  readonly #deps: LiveDeps
  #socket: WebSocket | null = null
  #timer: NodeJS.Timeout | null = null
  #attempt = 0
  #isWanted = false

  constructor(deps: LiveDeps) {
    this.#deps = deps
  }

  /** Connects, or ends the connection. */
  want(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return
    this.#isWanted = isWanted
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#socket?.terminate()
    this.#socket = null
    this.#attempt = 0
    if (isWanted) void this.#connect()
  }

  async #connect(): Promise<void> {
    const proof = await this.#deps.proof()
    if (!this.#isWanted || this.#socket) return
    if (proof.kind !== 'bearer') return this.#again()
    const url = new URL('/api/v1/live', this.#deps.edgeUrl)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${proof.token}` } })
    this.#socket = socket
    socket.on('open', () => {
      this.#attempt = 0
    })
    socket.on('message', (data) => {
      const message = LiveMessage.safeParse(parsed(String(data)))
      if (!message.success) return
      switch (message.data.t) {
        case 'access':
          return this.#deps.onAccess(message.data)
        case 'ended':
          // Not at its close: that waits until the other side has let go of the line.
          return this.#deps.onEnded(message.data.code)
      }
    })
    // What follows an error is a close.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = null
      this.#again()
    })
  }

  #again(): void {
    if (!this.#isWanted || this.#timer) return
    this.#attempt += 1
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        void this.#connect()
      },
      backoffMs(this.#attempt, this.#deps.random()),
    )
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
