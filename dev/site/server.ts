import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { html } from './html.ts'
import { layout } from './layout.ts'
import { CHECKLIST_FILE, type Page } from './page.ts'
import { FORM_TARGETS } from './pages/forms.ts'
import { sitePage } from './site-pages.ts'

export interface SiteOptions {
  /** 0 takes any free port. */
  port: number
  /** Stands in every page's script tag. */
  writeKey: string
}

const NOT_FOUND: Page = {
  title: 'Page not found',
  description: 'There is no page at this address.',
  body: html`<section class="hero"><div class="narrow"><p class="eyebrow">404</p>
    <h1>This shipment left without an address.</h1><p class="lead">There is no page here.</p>
    <p><a class="button" href="/">To the start page</a></p></div></section>`,
}

const ASSETS: Record<string, { type: string; body: Buffer }> = {
  '/site.css': asset('site.css', 'text/css; charset=utf-8'),
  '/site.js': asset('site.js', 'text/javascript; charset=utf-8'),
  '/favicon.svg': asset('favicon.svg', 'image/svg+xml'),
  [CHECKLIST_FILE]: asset('morning-checklist.txt', 'text/plain; charset=utf-8'),
}

function asset(file: string, type: string) {
  return { type, body: readFileSync(new URL(`public/${file}`, import.meta.url)) }
}

/**
 * The origin server of the demo site, on 127.0.0.1. The site is meant to be seen through the edge,
 * which answers `/e.js` and `/v1/*` itself; asked directly, those are not found and pages show their
 * default content.
 */
export async function startSite(
  options: SiteOptions,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    answer(request, response, options.writeKey)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(request: IncomingMessage, response: ServerResponse, writeKey: string): void {
  const { pathname } = new URL(request.url ?? '/', 'http://site.invalid')
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname
  if (request.method === 'POST') {
    const target = FORM_TARGETS[path]
    // What was entered is read and thrown away: the site itself keeps nothing.
    request.resume()
    request.once('end', () => {
      response.writeHead(target ? 303 : 405, target ? { location: target } : { allow: 'GET, HEAD' })
      response.end()
    })
    return
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD, POST' }).end()
    return
  }
  const file = ASSETS[path]
  if (file) {
    send(request, response, 200, file.type, file.body)
    return
  }
  const page = sitePage(path)
  const text = layout(path, page ?? NOT_FOUND, writeKey)
  send(request, response, page ? 200 : 404, 'text/html; charset=utf-8', Buffer.from(text))
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  body: Buffer,
): void {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`
  // As a static host would: publicly cacheable for a moment. The edge must make its copies private.
  const headers = { 'content-type': type, 'cache-control': 'public, max-age=60', etag }
  if (status === 200 && request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end()
    return
  }
  response.writeHead(status, { ...headers, 'content-length': body.length })
  response.end(request.method === 'HEAD' ? undefined : body)
}
