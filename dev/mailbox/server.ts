import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { authorize, tokenDigest } from '#dev/libsql/bearer-token.ts'
import { mailboxPage } from './page.ts'
import { keepMail, readMails, SentMail } from './stored-mail.ts'

const HOST = '127.0.0.1'
const MAX_MAIL_BYTES = 1024 * 1024

export interface MailboxOptions {
  /** 0 takes any free port. */
  port: number
  /** Where mails are kept, one JSON a line. */
  file: string
  /** Who posts mail must carry it, so that no web page and no other program writes here. */
  token: string
}

export interface Mailbox {
  url: string
  stop(): Promise<void>
}

/**
 * The mailbox of one machine: takes mail at `POST /mails`, keeps it, and shows it as a page at `/` and as
 * JSON at `GET /mails`. It sends nothing anywhere.
 */
export async function startMailbox({ port, file, token }: MailboxOptions): Promise<Mailbox> {
  const digest = tokenDigest(token)
  const server = createServer((request, response) => {
    answer(request, file, digest).then(
      ({ status, type, body }) => send(response, status, type, body),
      () => send(response, 400, 'text/plain', 'This is no mail.\n'),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, resolve)
  })
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : port
  return {
    url: `http://${HOST}:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Answer {
  status: number
  type: string
  body: string
}

async function answer(request: IncomingMessage, file: string, digest: Buffer): Promise<Answer> {
  const { method, url } = request
  // A name that an attacker's page lets point here (DNS rebinding) would read the mails.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
    return plain(421, 'Open the mailbox by its address.')
  }
  if (method === 'POST' && url === '/mails') {
    try {
      authorize(digest, request.headers.authorization)
    } catch {
      return plain(401, 'The token is missing or wrong.')
    }
    const mail = SentMail.parse(JSON.parse(await bodyOf(request)))
    keepMail(file, { ...mail, receivedAt: Date.now() })
    return { status: 201, type: 'application/json', body: '{}' }
  }
  if (method !== 'GET') return plain(405, 'Only GET, and POST to /mails.')
  if (url === '/mails') {
    return { status: 200, type: 'application/json', body: JSON.stringify(readMails(file)) }
  }
  if (url !== '/') return plain(404, 'The mails are at /.')
  return { status: 200, type: 'text/html; charset=utf-8', body: mailboxPage(readMails(file)) }
}

const plain = (status: number, text: string): Answer => ({
  status,
  type: 'text/plain',
  body: `${text}\n`,
})

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > MAX_MAIL_BYTES) throw new Error('The mail is too large.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  })
  response.end(body)
}
