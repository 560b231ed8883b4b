import { normalize, sep } from 'node:path'

/** The page is served under an own scheme: file:// would give it the rights of every file. */
export const APP_SCHEME = 'app'
export const APP_HOST = 'console'
export const APP_URL = `${APP_SCHEME}://${APP_HOST}/index.html`

/**
 * Whether an address is of our own page. Compared by its parts, never by text: `app://console.evil`
 * and `https://evil/?app://console` begin or contain what they are not.
 */
export const isAppUrl = (text: string): boolean => {
  const url = URL.parse(text)
  return url !== null && url.protocol === `${APP_SCHEME}:` && url.host === APP_HOST
}

/** The file of the built page that an address asks for; null where it would leave the folder. */
export const appFile = (root: string, address: string): string | null => {
  if (!isAppUrl(address)) return null
  let path: string
  try {
    path = decodeURIComponent(new URL(address).pathname)
  } catch {
    return null
  }
  if (path.includes('\0') || path.includes('\\')) return null
  const folder = normalize(root)
  const file = normalize(folder + sep + (path === '/' ? 'index.html' : path))
  return file.startsWith(folder + sep) ? file : null
}

/** Sent with every file. The page talks to the back end by port, so it needs no network at all. */
export const APP_SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
}
