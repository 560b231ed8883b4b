import type { Mail, SendResult } from './mail.ts'
import { notSent } from './mail.ts'
import type { MailConfig, Sender } from './mail-config.ts'

const TIMEOUT_MS = 10_000

type HttpConfig = Extract<MailConfig, { kind: 'http' }>
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** One POST of JSON to the provider; its answer's text is never kept, since it may repeat the address. */
export async function sendOverHttp(
  config: HttpConfig,
  mail: Mail,
  fetch: Fetch,
): Promise<SendResult> {
  const { headers, body } = requestOf[config.provider](mail, config)
  let answer: Response
  try {
    answer = await fetch(config.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      // The key is for this address alone.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await answer.body?.cancel()
  } catch {
    return notSent('unreachable')
  }
  return resultOf(answer.status)
}

function resultOf(status: number): SendResult {
  if (status >= 200 && status < 300) return { kind: 'sent' }
  if (status === 401 || status === 403) return notSent('credentials_refused')
  if (status === 408 || status === 429 || status >= 500) return notSent('provider_busy')
  return notSent('refused')
}

interface ProviderRequest {
  headers: Record<string, string>
  body: unknown
}

/** Not from a person, and not to be answered by another machine: RFC 3834. */
const headersOf = ({ locale }: Mail) => ({
  'Auto-Submitted': 'auto-generated',
  'Content-Language': locale,
})

const requestOf: Record<
  HttpConfig['provider'],
  (mail: Mail, config: HttpConfig) => ProviderRequest
> = {
  resend: (mail, { key, from }) => ({
    headers: { authorization: `Bearer ${key}` },
    body: {
      from: mailboxOf(from),
      to: [mail.to],
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      headers: headersOf(mail),
    },
  }),
  postmark: (mail, { key, from }) => ({
    headers: { 'x-postmark-server-token': key },
    body: {
      From: mailboxOf(from),
      To: mail.to,
      Subject: mail.subject,
      TextBody: mail.text,
      HtmlBody: mail.html,
      Headers: Object.entries(headersOf(mail)).map(([Name, Value]) => ({ Name, Value })),
      MessageStream: 'outbound',
    },
  }),
  mailbox: (mail, { key, from }) => ({
    headers: { authorization: `Bearer ${key}` },
    body: { from: mailboxOf(from), ...mail },
  }),
}

/** RFC 5322: a name with its quotes and backslashes escaped, then the address. */
function mailboxOf({ name, address }: Sender): string {
  return name === null ? address : `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}" <${address}>`
}
