import { createReadStream, statSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
}

/**
 * The file that a URL path asks for, or null where it would leave the folder or is of a kind that
 * is not served.
 */
export const resolveFile = (root: string, urlPath: string): string | null => {
  let decoded: string
  try {
    decoded = decodeURIComponent(urlPath)
  } catch {
    return null
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return null
  const file = normalize(join(root, decoded === '/' ? 'index.html' : decoded))
  if (!file.startsWith(normalize(root) + sep)) return null
  return extname(file) in CONTENT_TYPES ? file : null
}

/** Sends a file, or 404. Built assets carry a hash in their name and may be kept; pages may not. */
export const sendFile = (response: ServerResponse, file: string | null): void => {
  const size = file === null ? null : fileSize(file)
  if (file === null || size === null) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found')
    return
  }
  const hashed = file.includes(`${sep}assets${sep}`)
  response.writeHead(200, {
    'content-type': CONTENT_TYPES[extname(file)],
    'content-length': size,
    'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response)
}

const fileSize = (file: string): number | null => {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat?.isFile() ? stat.size : null
}
