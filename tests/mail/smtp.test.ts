import { afterEach, describe, expect, test } from 'vitest'
import { type BareWorker, startBareWorker } from '#tests/platform/bare-worker.ts'
import { type SmtpListener, type SmtpScript, startSmtpListener } from './smtp-listener.ts'

const CANARY = 'canary-7f3a'
const mail = {
  to: `${CANARY}@example.org`,
  subject: `Grüße von ${CANARY}`,
  text: `.\n..${CANARY}\n${'long '.repeat(400)}\nhttps://edge.example/reset?token=${CANARY}`,
  html: `<p>${CANARY} ä</p>`,
  locale: 'de',
}

let listener: SmtpListener
let worker: BareWorker

afterEach(async () => {
  await worker.stop()
  await listener.stop()
})

/** The real mailer in workerd, over a TCP socket of its own, against a listener that follows the script. */
async function send(script: SmtpScript = {}, query = 'tls=off', user = 'us%40er:pa%3Ass@') {
  listener = await startSmtpListener(script)
  worker = await startBareWorker('edge/mail/send.fixture.ts', {
    MAIL_PROVIDER: 'smtp',
    MAIL_FROM: 'Edgewise Wächter <no-reply@edge.example>',
    MAIL_SMTP_URL: `smtp://${user}127.0.0.1:${listener.port}?${query}`,
  })
  const answer = await fetch(worker.url, { method: 'POST', body: JSON.stringify(mail) })
  return answer.json()
}

/** A header of the mail with its encoded words decoded. */
function header(name: string): string {
  const unfolded = listener.mails[0]?.data.replaceAll(/\r\n /g, ' ') ?? ''
  const value = new RegExp(`^${name}: (.*)$`, 'm').exec(unfolded)?.[1]?.trimEnd() ?? ''
  return value
    .replaceAll(/\?= =\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, text) => Buffer.from(text, 'base64').toString())
}

function part(type: string): string {
  const data = listener.mails[0]?.data ?? ''
  const at = data.indexOf(`Content-Type: ${type}`)
  const [, body = ''] = data.slice(at).split('\r\n\r\n')
  return Buffer.from(body.split('\r\n--')[0] ?? '', 'base64').toString()
}

describe('mail over SMTP', () => {
  test('arrives whole: addresses, login, subject, text and HTML', async () => {
    expect(await send()).toEqual({ kind: 'sent' })
    expect(listener.mails).toMatchObject([
      { from: 'no-reply@edge.example', to: mail.to, login: 'us@er:pa:ss' },
    ])
    expect(header('Subject')).toBe(mail.subject)
    expect(header('From')).toBe('Edgewise Wächter <no-reply@edge.example>')
    expect(header('Content-Language')).toBe('de')
    expect(part('text/plain')).toBe(mail.text.replaceAll('\n', '\r\n'))
    expect(part('text/html')).toBe(mail.html)
    const longest = Math.max(...listener.heard.map((line) => line.length))
    expect(longest).toBeLessThanOrEqual(100)
  })

  test('logs in by LOGIN where PLAIN is not offered', async () => {
    expect(await send({ capabilities: ['AUTH LOGIN'] })).toEqual({ kind: 'sent' })
    expect(listener.mails[0]?.login).toBe('us@er:pa:ss')
  })

  test('is sent without a login where none is configured', async () => {
    expect(await send({}, 'tls=off', '')).toEqual({ kind: 'sent' })
    expect(listener.mails[0]?.login).toBeNull()
  })

  const refusals: [string, SmtpScript, string, boolean][] = [
    ['a wrong password', { replies: { AUTH: '535 no' } }, 'credentials_refused', false],
    ['no way to log in', { capabilities: ['8BITMIME'] }, 'credentials_refused', false],
    ['an address that does not exist', { replies: { RCPT: '550 who?' } }, 'refused', false],
    ['greylisting', { replies: { RCPT: '451 later' } }, 'provider_busy', true],
    ['a full server', { greeting: '421 busy' }, 'provider_busy', true],
    ['content that is refused', { replies: { '.': '554 spam' } }, 'refused', false],
    ['a server that hangs up', { replies: { MAIL: 'hang up' } }, 'unreachable', true],
    [
      'one that hangs up instead of taking it',
      { replies: { '.': 'hang up' } },
      'unreachable',
      true,
    ],
    ['what is not SMTP', { greeting: 'HTTP/1.1 400 Bad Request' }, 'unreachable', true],
  ]
  test.each(refusals)('%s is told by its reason', async (_what, script, reason, isTemporary) => {
    expect(await send(script)).toEqual({ kind: 'not_sent', reason, isTemporary })
    expect(listener.mails).toEqual([])
    // One line that says why, and nothing of the mail or the login.
    await expect.poll(() => worker.log()).toContain(reason)
    for (const secret of [CANARY, 'us@er', 'pa:ss', 'example.org']) {
      expect(worker.log()).not.toContain(secret)
    }
  })

  test('without STARTTLS from the server nothing is said that is not for everybody’s ears', async () => {
    expect(await send({}, '')).toMatchObject({ kind: 'not_sent', reason: 'refused' })
    expect(listener.heard).toEqual(['EHLO edge.example'])
  })

  test('what is sent ahead of the encryption is not taken for encrypted', async () => {
    const script = { capabilities: ['STARTTLS'], replies: { STARTTLS: '220 go\r\n250 hello' } }
    expect(await send(script, '')).toMatchObject({ kind: 'not_sent', reason: 'unreachable' })
    expect(listener.heard).toEqual(['EHLO edge.example', 'STARTTLS'])
  })
})
