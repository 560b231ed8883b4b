import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const TXT = 16
const NO_ERROR = 0
const NO_SUCH_NAME = 3
const SERVER_FAILED = 2

/** A DNS-over-HTTPS server with the records that a test puts there. */
export class NameServer {
  readonly texts = new Map<string, string[]>()
  isBroken = false
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '/', 'http://name-server')
      const name = searchParams.get('name') ?? ''
      const found = searchParams.get('type') === 'TXT' ? this.texts.get(name) : undefined
      const status = found ? NO_ERROR : NO_SUCH_NAME
      response.setHeader('content-type', 'application/dns-json').end(
        JSON.stringify({
          Status: this.isBroken ? SERVER_FAILED : status,
          Answer: (found ?? []).map((data) => ({ name, type: TXT, data })),
        }),
      )
    })
  }

  static async start(): Promise<NameServer> {
    const names = new NameServer()
    names.#server.listen(0, '127.0.0.1')
    await once(names.#server, 'listening')
    return names
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/dns-query`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
