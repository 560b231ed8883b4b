/** A TCP connection, as `connect` of `cloudflare:sockets` opens it. */
export interface SmtpSocket {
  readable: ReadableStream<Uint8Array>
  writable: WritableStream<Uint8Array>
  /** The same connection, encrypted from here on. */
  startTls(): SmtpSocket
  close(): Promise<unknown>
}

export type OpenSocket = (
  server: { hostname: string; port: number },
  secureTransport: 'on' | 'starttls' | 'off',
) => SmtpSocket

export interface Reply {
  /** RFC 5321 section 4.2: 2xx done, 3xx go on, 4xx later, 5xx never. */
  code: number
  /** What it says, a line each, without the code. */
  lines: string[]
}

/** A server that sends more than this is none. */
const MAX_REPLY_CHARS = 65_536

/** The server hung up, or says what is not SMTP. */
export class SmtpBroken extends Error {
  override readonly name = 'SmtpBroken'
}

/** Commands and replies over a socket, one after another. */
export class SmtpConnection {
  #socket: SmtpSocket
  #reader: ReadableStreamDefaultReader<Uint8Array>
  #writer: WritableStreamDefaultWriter<Uint8Array>
  #unread = ''

  constructor(socket: SmtpSocket) {
    this.#socket = socket
    this.#reader = socket.readable.getReader()
    this.#writer = socket.writable.getWriter()
  }

  /** @throws SmtpBroken, or what the socket throws */
  async say(line: string): Promise<Reply> {
    await this.#writer.write(new TextEncoder().encode(`${line}\r\n`))
    return this.reply()
  }

  /** @throws as {@link say} */
  async reply(): Promise<Reply> {
    const lines: string[] = []
    for (;;) {
      const line = await this.#line()
      const [, code, separator, text = ''] = /^(\d{3})([ -]?)(.*)$/.exec(line) ?? []
      if (code === undefined) throw new SmtpBroken('The answer is not SMTP.')
      lines.push(text)
      if (separator !== '-') return { code: Number(code), lines }
    }
  }

  /**
   * Goes on encrypted.
   *
   * @throws SmtpBroken when something was sent ahead: it would pass for having come encrypted (CVE-2011-0411)
   */
  encrypt(): void {
    if (this.#unread !== '')
      throw new SmtpBroken('The server spoke before the connection was secure.')
    this.#reader.releaseLock()
    this.#writer.releaseLock()
    this.#socket = this.#socket.startTls()
    this.#reader = this.#socket.readable.getReader()
    this.#writer = this.#socket.writable.getWriter()
  }

  /** Not awaited by anybody: a server that is slow to hang up holds nothing up. */
  close(): void {
    this.#socket.close().catch(() => undefined)
  }

  async #line(): Promise<string> {
    let read = 0
    for (;;) {
      const end = this.#unread.indexOf('\n')
      if (end !== -1) {
        const line = this.#unread.slice(0, end).replace(/\r$/, '')
        this.#unread = this.#unread.slice(end + 1)
        return line
      }
      const { done, value } = await this.#reader.read()
      if (done) throw new SmtpBroken('The server hung up.')
      read += value.length
      if (read > MAX_REPLY_CHARS) throw new SmtpBroken('The answer does not end.')
      // Codes and capabilities are ASCII; what else is said is not looked at.
      this.#unread += new TextDecoder('latin1').decode(value)
    }
  }
}
