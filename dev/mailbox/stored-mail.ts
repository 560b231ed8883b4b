import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'

/** A mail as the Worker posts it here. */
export const SentMail = z.strictObject({
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string().optional(),
  locale: z.string(),
})

const StoredMail = SentMail.extend({ receivedAt: z.number() })
export type StoredMail = z.infer<typeof StoredMail>

/** One mail a line. Links in it sign people in, so the file is its owner's alone. */
export function keepMail(file: string, mail: StoredMail): void {
  appendFileSync(file, `${JSON.stringify(mail)}\n`, { mode: 0o600 })
}

/** Newest first; a line that a crash tore is left out. */
export function readMails(file: string): StoredMail[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const mail = StoredMail.safeParse(jsonOrNull(line))
      return mail.success ? [mail.data] : []
    })
    .reverse()
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
