import { type Fetch, sendOverHttp } from './http-mailer.ts'
import { Mail, type Mailer, notSent, type SendResult } from './mail.ts'
import type { MailConfig } from './mail-config.ts'
import type { OpenSocket } from './smtp/connection.ts'
import { sendOverSmtp } from './smtp/smtp-mailer.ts'

export interface MailDeps {
  fetch: Fetch
  open: OpenSocket
}

/** Sends as configured. The log says that and why a mail was not sent; never to whom, nor what. */
export function configuredMailer(config: MailConfig, deps: MailDeps): Mailer {
  return {
    async send(mail) {
      const result = await attempt(config, mail, deps)
      if (result.kind === 'not_sent') {
        const hint = config.kind === 'broken' ? { hint: config.reason } : {}
        const { reason, isTemporary } = result
        console.warn(JSON.stringify({ event: 'mail_not_sent', reason, isTemporary, ...hint }))
      }
      return result
    },
  }
}

async function attempt(config: MailConfig, mail: Mail, deps: MailDeps): Promise<SendResult> {
  const parsed = Mail.safeParse(mail)
  if (!parsed.success) return notSent('invalid_mail')
  switch (config.kind) {
    case 'none':
    case 'broken':
      return notSent('not_configured')
    case 'http':
      return sendOverHttp(config, parsed.data, deps.fetch)
    case 'smtp':
      return sendOverSmtp(config, parsed.data, deps.open)
  }
}
