import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Mailbox, startMailbox } from './server.ts'

let dir: string
let file: string
let mailbox: Mailbox

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'edgewise-mailbox-'))
  file = join(dir, 'mailbox.jsonl')
  mailbox = await startMailbox({ port: 0, file, token: 'token' })
})

afterEach(async () => {
  await mailbox.stop()
  rmSync(dir, { recursive: true })
})

const mail = {
  from: 'Edgewise <e@localhost.example>',
  to: 'a@example.org',
  subject: 'Sign in <b>now</b>',
  text: 'Open https://edge.example/reset?token=a&b=c"onload="x and <script>alert(1)</script>',
  locale: 'en',
}

const post = (body: unknown, token = 'token') =>
  fetch(`${mailbox.url}/mails`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })

const page = async () => (await fetch(mailbox.url)).text()

test('mails are kept, newest first, also after the mailbox was stopped', async () => {
  expect(await page()).toContain('Nothing yet.')
  for (const subject of ['First', 'Second'])
    expect((await post({ ...mail, subject })).status).toBe(201)
  appendFileSync(file, '{"torn":')
  await mailbox.stop()
  mailbox = await startMailbox({ port: 0, file, token: 'token' })
  const mails = (await (await fetch(`${mailbox.url}/mails`)).json()) as { subject: string }[]
  expect(mails.map(({ subject }) => subject)).toEqual(['Second', 'First'])
  expect(await page()).toMatch(/Second.*First/s)
  expect(statSync(file).mode & 0o077).toBe(0)
})

test('what stands in a mail is text on the page, and only its web addresses are links', async () => {
  await post(mail)
  const text = await page()
  expect(text).toContain(
    '<a href="https://edge.example/reset?token=a&amp;b=c" rel="noreferrer">https://edge.example/reset?token=a&amp;b=c</a>&quot;onload',
  )
  expect(text).not.toMatch(/<script|<b>now/)
  const javascript = { ...mail, text: 'javascript:alert(1) data:text/html,x' }
  await post(javascript)
  expect((await page()).match(/href=/g)).toHaveLength(1)
})

test('only who has the token posts, and only mails', async () => {
  expect((await post(mail, 'wrong')).status).toBe(401)
  expect((await post({ ...mail, extra: 1 })).status).toBe(400)
  expect(
    (await post({ ...mail, text: 'x'.repeat(2_000_000) }).catch(() => null))?.status ?? 400,
  ).toBe(400)
  expect(await page()).toContain('Nothing yet.')
})

test('a page whose name was made to point here reads nothing', async () => {
  await post(mail)
  const status = await new Promise((resolve, reject) => {
    request(`${mailbox.url}/mails`, { headers: { host: 'attacker.example' } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .once('error', reject)
      .end()
  })
  expect(status).toBe(421)
})
