import { connect } from 'cloudflare:sockets'
import { configuredMailer } from './configured-mailer.ts'
import type { Mailer } from './mail.ts'
import { type MailEnv, mailConfigOf } from './mail-config.ts'

/** The deployment's mailer. Nothing of it outlives a request: make one where mail is sent. */
export function mailerOf(env: MailEnv): Mailer {
  return configuredMailer(mailConfigOf(env), {
    fetch: (url, init) => fetch(url, init),
    open: (server, secureTransport) => connect(server, { secureTransport, allowHalfOpen: false }),
  })
}
