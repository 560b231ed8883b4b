import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BareWorker, startBareWorker } from '#tests/platform/bare-worker.ts'

const CANARY = 'canary-41bc'
const KEY = 'key-of-the-provider'
const mail = {
  to: `${CANARY}@example.org`,
  subject: `Sign in ${CANARY}`,
  text: `Text ${CANARY}`,
  locale: 'en',
}

let provider: Server
let url: string
let status = 200
let calls: { path: string | undefined; headers: IncomingHttpHeaders; body: unknown }[] = []

beforeAll(async () => {
  provider = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    calls.push({ path: request.url, headers: request.headers, body: JSON.parse(text || 'null') })
    const location = status === 307 ? { location: `${url}/elsewhere` } : {}
    response.writeHead(status, location).end(`{"message":"about ${mail.to}"}`)
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  const address = provider.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
})

beforeEach(() => {
  calls = []
  status = 200
})

afterAll(() => {
  provider.close()
})

async function send(worker: BareWorker, more: Record<string, unknown> = {}) {
  const body = JSON.stringify({ ...mail, ...more })
  return (await fetch(worker.url, { method: 'POST', body })).json()
}

const variables = (name: string) => ({
  MAIL_PROVIDER: name,
  MAIL_API_URL: `${url}/send`,
  MAIL_API_KEY: KEY,
  MAIL_FROM: 'Edge "wise" <no-reply@edge.example>',
})

describe.each(['resend', 'postmark'])('mail by %s', (name) => {
  let worker: BareWorker
  beforeAll(async () => {
    worker = await startBareWorker('edge/mail/send.fixture.ts', variables(name))
  })
  afterAll(() => worker.stop())

  test('is what the provider’s interface asks for', async () => {
    expect(await send(worker, { html: '<p>Hi</p>' })).toEqual({ kind: 'sent' })
    const from = String.raw`"Edge \"wise\"" <no-reply@edge.example>`
    const [call] = calls
    expect(call?.path).toBe('/send')
    expect(call?.headers['content-type']).toBe('application/json')
    if (name === 'resend') {
      expect(call?.headers.authorization).toBe(`Bearer ${KEY}`)
      expect(call?.body).toEqual({
        from,
        to: [mail.to],
        subject: mail.subject,
        text: mail.text,
        html: '<p>Hi</p>',
        headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': 'en' },
      })
    } else {
      expect(call?.headers['x-postmark-server-token']).toBe(KEY)
      expect(call?.body).toEqual({
        From: from,
        To: mail.to,
        Subject: mail.subject,
        TextBody: mail.text,
        HtmlBody: '<p>Hi</p>',
        Headers: [
          { Name: 'Auto-Submitted', Value: 'auto-generated' },
          { Name: 'Content-Language', Value: 'en' },
        ],
        MessageStream: 'outbound',
      })
    }
  })

  test.each([
    [401, 'credentials_refused', false],
    [403, 'credentials_refused', false],
    [422, 'refused', false],
    [429, 'provider_busy', true],
    [500, 'provider_busy', true],
    [307, 'refused', false],
  ])(
    'that is answered with %i says why, and the log nothing of it',
    async (code, reason, isTemporary) => {
      status = code
      expect(await send(worker)).toEqual({ kind: 'not_sent', reason, isTemporary })
      // A redirect would carry the key elsewhere.
      expect(calls).toHaveLength(1)
      await expect.poll(() => worker.log()).toContain(reason)
      expect(worker.log()).not.toMatch(new RegExp(`${CANARY}|${KEY}|example`))
    },
  )

  test.each([
    ['a second recipient in the subject', { subject: 'Hi\r\nBcc: all@example.org' }],
    ['a line feed in the subject', { subject: 'Hi\nX: y' }],
    ['a header in the address', { to: 'a@example.org\r\nBcc: b@example.org' }],
    ['two addresses', { to: 'a@example.org, b@example.org' }],
    ['no address', { to: 'a' }],
  ])('with %s goes nowhere', async (_what, more) => {
    expect(await send(worker, more)).toMatchObject({ kind: 'not_sent', reason: 'invalid_mail' })
    expect(calls).toEqual([])
  })
})

test('a provider that is not there is said to be unreachable', async () => {
  const worker = await startBareWorker('edge/mail/send.fixture.ts', {
    ...variables('resend'),
    MAIL_API_URL: 'http://127.0.0.1:1/send',
  })
  expect(await send(worker)).toEqual({ kind: 'not_sent', reason: 'unreachable', isTemporary: true })
  await worker.stop()
})

test('without configuration no mail is sent, and that is said', async () => {
  const worker = await startBareWorker('edge/mail/send.fixture.ts', {})
  const said = { kind: 'not_sent', reason: 'not_configured', isTemporary: false }
  expect(await send(worker)).toEqual(said)
  await worker.stop()
})
