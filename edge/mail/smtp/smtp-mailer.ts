import { type Mail, type NotSentReason, notSent, type SendResult } from '../mail.ts'
import type { MailConfig, SmtpServer } from '../mail-config.ts'
import { type OpenSocket, type Reply, SmtpConnection } from './connection.ts'
import { base64, smtpMessage } from './message.ts'

/** From connecting to the last reply. */
const TIMEOUT_MS = 20_000

type SmtpConfig = Extract<MailConfig, { kind: 'smtp' }>

class Refused extends Error {
  override readonly name = 'Refused'
  readonly reason: NotSentReason
  constructor(reason: NotSentReason) {
    super(reason)
    this.reason = reason
  }
}

/** One mail over one connection (RFC 5321). */
export async function sendOverSmtp(
  { server, from }: SmtpConfig,
  mail: Mail,
  open: OpenSocket,
  timeoutMs = TIMEOUT_MS,
): Promise<SendResult> {
  let connection: SmtpConnection | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refused('unreachable')), timeoutMs)
  })
  try {
    connection = new SmtpConnection(open(server, TRANSPORT[server.tls]))
    const message = smtpMessage(mail, from, crypto.randomUUID(), new Date())
    const work = deliver(connection, server, { from: from.address, to: mail.to, message })
    // Once the time is up nobody waits for it, and closing the socket makes it fail.
    work.catch(() => undefined)
    await Promise.race([work, late])
    return { kind: 'sent' }
  } catch (error) {
    return notSent(error instanceof Refused ? error.reason : 'unreachable')
  } finally {
    clearTimeout(timer)
    connection?.close()
  }
}

const TRANSPORT = { implicit: 'on', starttls: 'starttls', none: 'off' } as const

async function deliver(
  connection: SmtpConnection,
  server: SmtpServer,
  { from, to, message }: { from: string; to: string; message: string },
): Promise<void> {
  const hello = `EHLO ${from.slice(from.lastIndexOf('@') + 1)}`
  accepted(await connection.reply())
  let capabilities = accepted(await connection.say(hello)).lines
  if (server.tls === 'starttls') {
    // Going on without would give password and mail to whoever took the offer away.
    if (!offers(capabilities, 'STARTTLS')) throw new Refused('refused')
    accepted(await connection.say('STARTTLS'))
    connection.encrypt()
    capabilities = accepted(await connection.say(hello)).lines
  }
  if (server.login) await logIn(connection, server.login, capabilities)
  accepted(await connection.say(`MAIL FROM:<${from}>`))
  accepted(await connection.say(`RCPT TO:<${to}>`))
  accepted(await connection.say('DATA'))
  accepted(await connection.say(`${message}.`))
  // It is taken; a server that does not answer to goodbye has it all the same.
  connection.say('QUIT').catch(() => undefined)
}

async function logIn(
  connection: SmtpConnection,
  { user, password }: { user: string; password: string },
  capabilities: string[],
): Promise<void> {
  const encode = (text: string) => base64(new TextEncoder().encode(text))
  const methods = capabilities
    .filter((line) => /^AUTH[ =]/i.test(line))
    .join(' ')
    .toUpperCase()
  if (/\bPLAIN\b/.test(methods)) {
    loggedIn(await connection.say(`AUTH PLAIN ${encode(`\0${user}\0${password}`)}`))
  } else if (/\bLOGIN\b/.test(methods)) {
    loggedIn(await connection.say('AUTH LOGIN'))
    loggedIn(await connection.say(encode(user)))
    loggedIn(await connection.say(encode(password)))
  } else {
    throw new Refused('credentials_refused')
  }
}

const offers = (capabilities: string[], name: string) =>
  capabilities.some((line) => line.toUpperCase().split(' ', 1)[0] === name)

function loggedIn(reply: Reply): Reply {
  if (reply.code >= 500) throw new Refused('credentials_refused')
  return accepted(reply)
}

function accepted(reply: Reply): Reply {
  if (reply.code >= 200 && reply.code < 400) return reply
  throw new Refused(reply.code >= 500 ? 'refused' : 'provider_busy')
}
