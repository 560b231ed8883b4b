export interface EdgeTarget {
  edge: string
  writeKey: string
  secretKey: string
}

export interface Books {
  received: number
  stored: number
  duplicate: number
  rejected: number
  quarantined: number
  pending: number
}

/** What tests ask of an edge, over HTTP as anybody would. */
export class EdgeClient {
  readonly target: EdgeTarget

  constructor(target: EdgeTarget) {
    this.target = target
  }

  capture(path: string, body: unknown, key = this.target.writeKey): Promise<Response> {
    return fetch(`${this.target.edge}/v1/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${key}:`)}`,
        'content-type': 'application/json',
        // A connection that is kept may be closed just as it is used, and fetch repeats no POST.
        connection: 'close',
      },
      body: JSON.stringify(body),
    })
  }

  async get<T>(path: string): Promise<T> {
    const ask = () =>
      fetch(`${this.target.edge}${path}`, {
        headers: { authorization: `Bearer ${this.target.secretKey}` },
      })
    // As browsers do: what only reads is asked again where a kept connection was closed as it was used.
    const answer = await ask().catch(ask)
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as T
  }

  async books(): Promise<Books> {
    return (await this.get<{ total: Books }>('/api/v1/ingest/stats')).total
  }

  /** Waits until everything acknowledged is stored, scored and projected. */
  async settled(timeoutMs = 90_000): Promise<void> {
    let last: unknown = null
    await waitFor(
      async () => {
        try {
          const lag = await this.get<{ drainBacklogRows: number; projectionLagEvents: number }>(
            '/api/v1/ingest/lag',
          )
          last = lag
          return lag.drainBacklogRows === 0 && lag.projectionLagEvents === 0
        } catch (error) {
          last = String(error)
          return false
        }
      },
      timeoutMs,
      () => `everything to be stored and projected; last seen: ${JSON.stringify(last)}`,
    )
  }
}

const POLL_MS = 50

/** Polls a condition with a generous bound; on timeout says what was waited for. */
export async function waitFor(
  condition: () => Promise<boolean> | boolean,
  timeoutMs: number,
  what: () => string,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what()}`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
