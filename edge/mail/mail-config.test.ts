import { expect, test } from 'vitest'
import { mailConfigOf } from './mail-config.ts'

const from = { MAIL_FROM: 'Edgewise <no-reply@edge.example>' }
const sender = { name: 'Edgewise', address: 'no-reply@edge.example' }
const key = { MAIL_API_KEY: 'secret' }

const smtp = (url: string) => mailConfigOf({ ...from, MAIL_PROVIDER: 'smtp', MAIL_SMTP_URL: url })

test('a deployment that says nothing sends no mail', () => {
  expect(mailConfigOf({})).toEqual({ kind: 'none' })
  expect(mailConfigOf({ MAIL_PROVIDER: '' })).toEqual({ kind: 'none' })
})

test.each([
  ['resend', 'https://api.resend.com/emails'],
  ['postmark', 'https://api.postmarkapp.com/email'],
] as const)('%s has its usual address', (provider, url) => {
  expect(mailConfigOf({ ...from, ...key, MAIL_PROVIDER: provider })).toEqual({
    kind: 'http',
    provider,
    url,
    key: 'secret',
    from: sender,
  })
})

test.each([
  ['smtps://u:p@mail.example', { port: 465, tls: 'implicit', login: { user: 'u', password: 'p' } }],
  ['smtp://u:p@mail.example', { port: 587, tls: 'starttls' }],
  ['smtp://mail.example:2525', { port: 2525, tls: 'starttls', login: null }],
  ['smtp://localhost:1025?tls=off', { port: 1025, tls: 'none' }],
  ['smtp://u%40x:p%3A%2F@mail.example', { login: { user: 'u@x', password: 'p:/' } }],
])('%s is read', (url, server) => {
  expect(smtp(url)).toMatchObject({ kind: 'smtp', server })
})

test.each([
  ['an unknown provider', { ...from, ...key, MAIL_PROVIDER: 'pigeon' }, 'MAIL_PROVIDER'],
  ['no sender', { ...key, MAIL_PROVIDER: 'resend' }, 'MAIL_FROM'],
  [
    'a sender of two lines',
    { ...key, MAIL_PROVIDER: 'resend', MAIL_FROM: 'A\r\nBcc: x <a@b.example>' },
    'MAIL_FROM',
  ],
  ['no key', { ...from, MAIL_PROVIDER: 'postmark' }, 'MAIL_API_KEY'],
  [
    'a key with a line break',
    { ...from, MAIL_PROVIDER: 'postmark', MAIL_API_KEY: 'a\nb' },
    'MAIL_API_KEY',
  ],
  [
    'a key that would travel in the open',
    { ...from, ...key, MAIL_PROVIDER: 'resend', MAIL_API_URL: 'http://api.example/' },
    'MAIL_API_URL',
  ],
  ['a mailbox without an address', { ...from, ...key, MAIL_PROVIDER: 'mailbox' }, 'MAIL_API_URL'],
  ['SMTP without a server', { ...from, MAIL_PROVIDER: 'smtp' }, 'MAIL_SMTP_URL'],
  [
    'SMTP in the open to another machine',
    { ...from, MAIL_PROVIDER: 'smtp', MAIL_SMTP_URL: 'smtp://mail.example?tls=off' },
    'MAIL_SMTP_URL',
  ],
])('%s is said by the variable’s name, without its value', (_what, env, named) => {
  const config = mailConfigOf(env)
  expect(config).toMatchObject({ kind: 'broken', reason: expect.stringContaining(named) })
  expect(JSON.stringify(config)).not.toMatch(/secret|pigeon|example/)
})
