import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { newNonce, pageCsp } from '../../api/security-headers.ts'
import { type Language, languageOf } from './language.ts'
import { STYLE } from './style.ts'
import { type Words, wordsOf } from './words.ts'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** A page in the language of its reader. */
export interface Reader {
  language: Language
  words: Words
}

export function readerOf(request: Request): Reader {
  const language = languageOf(request.headers.get('accept-language'))
  return { language, words: wordsOf(language) }
}

export interface PageOptions {
  title: string
  body: Html
  isWide?: boolean
  status?: number
  headers?: [name: string, value: string][]
  /** A script of ours, by address. Pages work without one, but for passkeys. */
  script?: string
  /** How long to wait before the form may be sent again; the answer is a 429 then. */
  retryAfterSeconds?: number | undefined
  /** Where a form's answer may lead besides here: browsers hold redirects to `form-action` too. */
  formTargets?: readonly string[]
}

/** Renders a page of signing in: never kept, never framed, no script but its own. */
export async function page(reader: Reader, options: PageOptions): Promise<Response> {
  const nonce = newNonce()
  const script = options.script
    ? html`<script nonce="${nonce}" src="${options.script}" defer></script>`
    : ''
  const text = await html`<!doctype html>
<html lang="${reader.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${options.title} · Edgewise</title>
<style nonce="${nonce}">${raw(STYLE)}</style>
${script}
</head>
<body>
<main${options.isWide ? raw(' class="wide"') : ''}>
<p class="brand">Edgewise</p>
${await options.body}
</main>
</body>
</html>`
  const headers = new Headers(PAGE_HEADERS)
  headers.set('content-security-policy', pageCsp(nonce, options.formTargets))
  for (const [name, value] of options.headers ?? []) headers.append(name, value)
  const { retryAfterSeconds } = options
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds))
  const status = retryAfterSeconds === undefined ? (options.status ?? 200) : 429
  return new Response(String(text), { status, headers })
}

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // Not no-referrer: browsers then send `Origin: null` with forms, which no check of the origin can tell.
  'referrer-policy': 'same-origin',
}

/** 303, so that reloading the next page sends no form again. */
export function seeOther(location: string, headers: [string, string][] = []): Response {
  const response = new Response(null, { status: 303, headers: { 'cache-control': 'no-store' } })
  response.headers.set('location', location)
  for (const [name, value] of headers) response.headers.append(name, value)
  return response
}

/** A sentence that something went wrong, or right. */
export function notice(kind: 'bad' | 'good', text: string | null): Html {
  return text === null ? html`` : html`<p class="${kind}" role="status">${text}</p>`
}

export function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`
}
