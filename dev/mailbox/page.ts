import { html, Markup } from '#dev/site/html.ts'
import type { StoredMail } from './stored-mail.ts'

/** More would be slow to look at; the file has them all. */
const MAX_SHOWN = 200

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.6 system-ui,sans-serif;max-width:760px;
margin:0 auto;padding:2rem 1.5rem}article{border:1px solid light-dark(#dfe3ea,#2b313c);border-radius:8px;
padding:1rem 1.25rem;margin:1rem 0}h2{font-size:1.05rem;margin:0}p{margin:.25rem 0;
color:light-dark(#596270,#9aa4b2)}pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;
margin:.75rem 0 0}`

/** What was sent, newest first. HTML parts are not shown: the text says the same and runs nothing. */
export function mailboxPage(mails: readonly StoredMail[]): string {
  return `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8"><title>Mailbox</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${new Markup(STYLE)}</style></head>
<body><h1>Mailbox</h1><p>Mail that this Edgewise would have sent. Load again to see more.</p>
${mails.slice(0, MAX_SHOWN).map(article)}${mails.length === 0 && html`<p>Nothing yet.</p>`}</body></html>`
      .text
  }`
}

function article({ from, to, subject, text, receivedAt }: StoredMail): Markup {
  const at = new Date(receivedAt).toISOString()
  return html`<article><h2>${subject}</h2><p>to ${to}, from ${from}, <time>${at}</time></p>
<pre>${withLinks(text)}</pre></article>`
}

/** Addresses of the web alone become links; all text is escaped where it is put in. */
function withLinks(text: string): (string | Markup)[] {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((piece, index) =>
      index % 2 === 1 ? html`<a href="${piece}" rel="noreferrer">${piece}</a>` : piece,
    )
}
