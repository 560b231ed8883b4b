import type { Mail } from '../mail.ts'
import type { Sender } from '../mail-config.ts'

const MAX_BASE64_LINE_CHARS = 76
/** Base64 of 45 bytes is 60 characters; with `=?UTF-8?B?` and `?=` below the 75 of RFC 2047. */
const MAX_ENCODED_WORD_BYTES = 45

/**
 * A mail as SMTP's DATA carries it (RFC 5322, RFC 2045), without the final dot. All text is base64, so that
 * no line is too long, begins with a dot or has eight-bit characters.
 *
 * @param id random, for the boundary and the Message-ID
 */
export function smtpMessage(mail: Mail, from: Sender, id: string, now: Date): string {
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
  const headers = [
    `Date: ${now.toUTCString().replace('GMT', '+0000')}`,
    `From: ${from.name === null ? from.address : `${headerPhrase(from.name)} <${from.address}>`}`,
    `To: ${mail.to}`,
    `Subject: ${headerText(mail.subject)}`,
    `Message-ID: <${id}@${domain}>`,
    `Content-Language: ${mail.locale}`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
  ]
  if (mail.html === undefined) return lines([...headers, ...part('plain', mail.text)])
  const boundary = `part-${id}`
  return lines([
    ...headers,
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    ...part('plain', mail.text),
    `--${boundary}`,
    ...part('html', mail.html),
    `--${boundary}--`,
  ])
}

const lines = (all: string[]): string => `${all.join('\r\n')}\r\n`

function part(type: 'plain' | 'html', text: string): string[] {
  const encoded = base64(new TextEncoder().encode(text.replaceAll(/\r\n|\r|\n/g, '\r\n')))
  return [
    `Content-Type: text/${type}; charset=utf-8`,
    'Content-Transfer-Encoding: base64',
    '',
    ...(encoded.match(new RegExp(`.{1,${MAX_BASE64_LINE_CHARS}}`, 'g')) ?? []),
  ]
}

function headerText(text: string): string {
  // What merely looks like an encoded word would be decoded too.
  return /^[\x20-\x7e]*$/.test(text) && !text.includes('=?') ? text : encodedWords(text)
}

function headerPhrase(name: string): string {
  const text = headerText(name)
  return text === name ? `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}"` : text
}

/** RFC 2047: a character must not be torn between two words. */
function encodedWords(text: string): string {
  const words: string[] = []
  let word = ''
  for (const character of text.toWellFormed()) {
    if (new TextEncoder().encode(word + character).length > MAX_ENCODED_WORD_BYTES) {
      words.push(word)
      word = ''
    }
    word += character
  }
  return [...words, word]
    .map((each) => `=?UTF-8?B?${base64(new TextEncoder().encode(each))}?=`)
    .join('\r\n ')
}

export function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
