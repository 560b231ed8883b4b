import type { Mail } from './mail.ts'
import type { MailEnv } from './mail-config.ts'
import { mailerOf } from './mailer-of.ts'

/** A Worker that does nothing but send the mail it is given, for tests in a real workerd. */
export default {
  async fetch(request, env) {
    return Response.json(await mailerOf(env).send(await request.json<Mail>()))
  },
} satisfies ExportedHandler<MailEnv>
