import { z } from 'zod'
import { MailAddress } from './mail.ts'

const DEFAULT_API_URL = {
  resend: 'https://api.resend.com/emails',
  postmark: 'https://api.postmarkapp.com/email',
} as const

/** Who mail comes from. */
export interface Sender {
  /** What people read beside the address; null for the address alone. */
  name: string | null
  address: string
}

export interface SmtpServer {
  hostname: string
  port: number
  /**
   * `implicit` from the first byte; `starttls` asked for and insisted on, since a man in the middle takes
   * the offer away; `none` on this machine alone.
   */
  tls: 'implicit' | 'starttls' | 'none'
  login: { user: string; password: string } | null
}

/** How a deployment sends mail. */
export type MailConfig =
  | { kind: 'none' }
  /** What is configured cannot work; `reason` says to the operator which variable, never its value. */
  | { kind: 'broken'; reason: string }
  | {
      kind: 'http'
      provider: 'resend' | 'postmark' | 'mailbox'
      url: string
      key: string
      from: Sender
    }
  | { kind: 'smtp'; server: SmtpServer; from: Sender }

/** The variables and secrets of the Worker. */
export interface MailEnv {
  /** `resend`, `postmark`, `smtp`, or `mailbox` on one machine; without it no mail is sent. */
  MAIL_PROVIDER?: string
  /** `Name <address>` or an address. */
  MAIL_FROM?: string
  /** Where the provider takes mail, if not at its usual address. */
  MAIL_API_URL?: string
  /** Secret: the provider's key. */
  MAIL_API_KEY?: string
  /** Secret: `smtps://user:password@host:465` or `smtp://user:password@host:587` (STARTTLS). */
  MAIL_SMTP_URL?: string
}

/** What the variables say. */
export function mailConfigOf(env: MailEnv): MailConfig {
  if (!env.MAIL_PROVIDER) return { kind: 'none' }
  const provider = Provider.safeParse(env.MAIL_PROVIDER)
  if (!provider.success) {
    return broken('MAIL_PROVIDER must be resend, postmark, smtp or mailbox.')
  }
  const from = senderOf(env.MAIL_FROM ?? '')
  if (!from) return broken('MAIL_FROM must be an address, or a name and an address in <brackets>.')
  if (provider.data === 'smtp') {
    const server = smtpServerOf(env.MAIL_SMTP_URL ?? '')
    return typeof server === 'string' ? broken(server) : { kind: 'smtp', server, from }
  }
  return httpConfigOf(provider.data, env, from)
}

const Provider = z.enum(['resend', 'postmark', 'mailbox', 'smtp'])

const broken = (reason: string): MailConfig => ({ kind: 'broken', reason })

function httpConfigOf(
  provider: 'resend' | 'postmark' | 'mailbox',
  env: MailEnv,
  from: Sender,
): MailConfig {
  const key = env.MAIL_API_KEY ?? ''
  if (!/^[\x21-\x7e]+$/.test(key)) return broken('MAIL_API_KEY is missing or not a key.')
  const given = env.MAIL_API_URL || (provider === 'mailbox' ? '' : DEFAULT_API_URL[provider])
  const url = URL.parse(given)
  const isOk = url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url)))
  if (!isOk) return broken('MAIL_API_URL must be an https address.')
  return { kind: 'http', provider, url: url.href, key, from }
}

function senderOf(text: string): Sender | null {
  const [, name = '', address = text] = /^([^<>]*)<([^<>]*)>$/.exec(text.trim()) ?? []
  const isOneLine = !/\p{Cc}/u.test(name)
  const parsed = MailAddress.safeParse(address.trim())
  return parsed.success && isOneLine ? { name: name.trim() || null, address: parsed.data } : null
}

function smtpServerOf(text: string): SmtpServer | string {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || !url.hostname) {
    return 'MAIL_SMTP_URL must be smtps://user:password@host:465 or smtp://user:password@host:587.'
  }
  const isPlain = url.searchParams.get('tls') === 'off'
  if (isPlain && !isLoopback(url)) return 'MAIL_SMTP_URL may say tls=off for this machine alone.'
  const isImplicit = url.protocol === 'smtps:'
  const login = loginOf(url)
  if (login === 'malformed') return 'MAIL_SMTP_URL must have user and password percent-encoded.'
  return {
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || (isImplicit ? 465 : 587),
    tls: isImplicit ? 'implicit' : isPlain ? 'none' : 'starttls',
    login,
  }
}

function loginOf({ username, password }: URL): SmtpServer['login'] | 'malformed' {
  if (!username) return null
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch {
    return 'malformed'
  }
}

function isLoopback({ hostname }: URL): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
}
