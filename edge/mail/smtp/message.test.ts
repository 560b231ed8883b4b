import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Mail } from '../mail.ts'
import { smtpMessage } from './message.ts'

const from = { name: 'Edgewise', address: 'no-reply@edge.example' }
const mail: Mail = { to: 'a@example.org', subject: 'Hi', text: 'Hello', locale: 'en' }
const messageOf = (more: Partial<Mail>, sender = from) =>
  smtpMessage({ ...mail, ...more }, sender, 'id-1', new Date(0))

test('a mail of text alone has one part', () => {
  expect(messageOf({}).split('\r\n')).toEqual([
    'Date: Thu, 01 Jan 1970 00:00:00 +0000',
    'From: "Edgewise" <no-reply@edge.example>',
    'To: a@example.org',
    'Subject: Hi',
    'Message-ID: <id-1@edge.example>',
    'Content-Language: en',
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    'SGVsbG8=',
    '',
  ])
})

test('a name with quotes stays one name', () => {
  expect(messageOf({}, { ...from, name: String.raw`A "B" \ <c@d>` })).toContain(
    String.raw`From: "A \"B\" \\ <c@d>" <no-reply@edge.example>`,
  )
})

test('whatever subject and text pass the schema: no new header, no line too long or with a dot, nothing lost', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
      fc.string({ minLength: 1 }),
      (subject, text) => {
        fc.pre(Mail.safeParse({ ...mail, subject, text }).success)
        const lines = messageOf({ subject, text }).split('\r\n')
        expect(
          lines.every(
            (line) => line.length <= 200 && !line.startsWith('.') && /^[\x20-\x7e]*$/.test(line),
          ),
        ).toBe(true)
        const head = lines.slice(0, lines.indexOf('')).filter((line) => !line.startsWith(' '))
        expect(head.map((line) => line.split(':', 1)[0])).toEqual([
          'Date',
          'From',
          'To',
          'Subject',
          'Message-ID',
          'Content-Language',
          'Auto-Submitted',
          'MIME-Version',
          'Content-Type',
          'Content-Transfer-Encoding',
        ])
        const body = new TextDecoder().decode(
          Uint8Array.from(atob(lines.slice(lines.indexOf('') + 1).join('')), (c) =>
            c.charCodeAt(0),
          ),
        )
        expect(body).toBe(text.toWellFormed().replaceAll(/\r\n|\r|\n/g, '\r\n'))
      },
    ),
  )
})

test.each(['a\r\nBcc: b', 'a\nb', 'a\rb', 'a\0b', 'a\u2028b', '', 'x'.repeat(201)])(
  'the subject %j is refused',
  (subject) => {
    expect(Mail.safeParse({ ...mail, subject }).success).toBe(false)
  },
)
