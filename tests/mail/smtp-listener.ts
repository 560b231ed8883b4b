import { createServer, type Socket } from 'node:net'

export interface TakenMail {
  from: string
  to: string
  login: string | null
  /** The lines of DATA, without the final dot. */
  data: string
}

export interface SmtpScript {
  /** What EHLO offers, a line each. */
  capabilities?: string[]
  /** Overrides the reply to a command, by its first word; `hang up` ends the connection, `silence` says nothing. */
  replies?: Record<string, string>
  greeting?: string
}

export interface SmtpListener {
  port: number
  mails: TakenMail[]
  /** Every line that came, in order. */
  heard: string[]
  stop(): Promise<void>
}

const PLAIN_OFFER = ['AUTH LOGIN PLAIN', '8BITMIME']

/** A small SMTP server on 127.0.0.1 that takes what the protocol allows, and keeps it. */
export async function startSmtpListener(script: SmtpScript = {}): Promise<SmtpListener> {
  const mails: TakenMail[] = []
  const heard: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    converse(socket, script, mails, heard)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    mails,
    heard,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

function converse(socket: Socket, script: SmtpScript, mails: TakenMail[], heard: string[]): void {
  const mail: TakenMail = { from: '', to: '', login: null, data: '' }
  let mode: 'command' | 'data' | 'user' | 'password' = 'command'
  let unread = ''
  const say = (line: string) => socket.write(`${line}\r\n`)
  const reply = (command: string, usual: string) => {
    const text = script.replies?.[command] ?? usual
    if (text === 'hang up') socket.end()
    else if (text !== 'silence') say(text)
    return text.startsWith('2') || text.startsWith('3')
  }
  const onCommand = (line: string) => {
    const command = line.split(/[ :]/, 1)[0]?.toUpperCase() ?? ''
    switch (command) {
      case 'EHLO': {
        const offers = ['listener', ...(script.capabilities ?? PLAIN_OFFER)]
        reply(
          command,
          offers.map((offer, i) => `250${i < offers.length - 1 ? '-' : ' '}${offer}`).join('\r\n'),
        )
        break
      }
      case 'AUTH': {
        const [, method, initial] = line.split(' ')
        if (method === 'PLAIN' && reply(command, '235 welcome'))
          mail.login = decoded(initial).slice(1).replace('\0', ':')
        if (method === 'LOGIN' && reply(command, '334 VXNlcm5hbWU6')) mode = 'user'
        break
      }
      case 'MAIL':
        if (reply(command, '250 ok')) mail.from = addressIn(line)
        break
      case 'RCPT':
        if (reply(command, '250 ok')) mail.to = addressIn(line)
        break
      case 'DATA':
        if (reply(command, '354 go on')) mode = 'data'
        break
      case 'QUIT':
        say('221 bye')
        socket.end()
        break
      default:
        reply(command, '502 what?')
    }
  }
  const onLine = (line: string) => {
    heard.push(line)
    if (mode === 'user') {
      mail.login = decoded(line)
      mode = 'password'
      say('334 UGFzc3dvcmQ6')
    } else if (mode === 'password') {
      mail.login = `${mail.login}:${decoded(line)}`
      mode = 'command'
      say('235 welcome')
    } else if (mode === 'data') {
      if (line !== '.') {
        mail.data += `${line}\r\n`
        return
      }
      mode = 'command'
      if (reply('.', '250 taken')) mails.push({ ...mail })
    } else onCommand(line)
  }
  socket.on('data', (chunk) => {
    unread += chunk.toString('latin1')
    const lines = unread.split('\r\n')
    unread = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  say(script.greeting ?? '220 listener')
}

const decoded = (text = '') => Buffer.from(text, 'base64').toString('utf8')
const addressIn = (line: string) => /<([^>]*)>/.exec(line)?.[1] ?? ''
