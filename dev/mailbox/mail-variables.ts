/** What the Worker needs to send its mail to a mailbox. */
export function mailVariables(mailboxUrl: string, token: string): Record<string, string> {
  return {
    MAIL_PROVIDER: 'mailbox',
    MAIL_API_URL: `${mailboxUrl}/mails`,
    MAIL_API_KEY: token,
    MAIL_FROM: 'Edgewise <edgewise@localhost.example>',
  }
}
