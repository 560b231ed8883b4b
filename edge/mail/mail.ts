import { z } from 'zod'

/** RFC 5321 section 4.5.3.1.3: a path is at most 256 octets, of which two are its brackets. */
const MAX_ADDRESS_CHARS = 254
const MAX_SUBJECT_CHARS = 200
const MAX_TEXT_CHARS = 100_000

/** In a header, a line break begins another header: somebody else's subject must not name more recipients. */
const hasNoLineBreak = (text: string) => !/[\p{Cc}\u2028\u2029]/u.test(text)

/** Where mail goes. ASCII alone: SMTPUTF8 is not spoken everywhere. */
export const MailAddress = z.email().max(MAX_ADDRESS_CHARS)

/** A mail to one person. What stands in it is personal data: it is sent, never logged. */
export const Mail = z.strictObject({
  to: MailAddress,
  subject: z
    .string()
    .min(1)
    .max(MAX_SUBJECT_CHARS)
    .refine(hasNoLineBreak, 'must be one line, without control characters'),
  text: z.string().min(1).max(MAX_TEXT_CHARS),
  html: z.string().min(1).max(MAX_TEXT_CHARS).optional(),
  locale: z.enum(['en', 'de']),
})
export type Mail = z.infer<typeof Mail>

export type NotSentReason =
  /** The deployment names no way to send mail. */
  | 'not_configured'
  /** The mail itself is not one: no address, or a subject of several lines. */
  | 'invalid_mail'
  /** The provider does not know our key or password: the operator must act. */
  | 'credentials_refused'
  /** The provider will not take this mail, now or later. */
  | 'refused'
  /** The provider asks to be left alone for a while, or is broken. */
  | 'provider_busy'
  /** No answer. The mail may have been taken all the same. */
  | 'unreachable'

export type SendResult =
  | { kind: 'sent' }
  | {
      kind: 'not_sent'
      reason: NotSentReason
      /** Whether the same mail may be taken later. */
      isTemporary: boolean
    }

export interface Mailer {
  /** Never throws: mail that could not be sent must not fail what it was about. */
  send(mail: Mail): Promise<SendResult>
}

const TEMPORARY: ReadonlySet<NotSentReason> = new Set(['provider_busy', 'unreachable'])

export function notSent(reason: NotSentReason): SendResult {
  return { kind: 'not_sent', reason, isTemporary: TEMPORARY.has(reason) }
}
