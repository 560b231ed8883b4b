import type { InStatement } from '@libsql/client'
import type { StoreClient } from '../../store/client.ts'
import { randomSecret, sha256Hex } from '../random-secret.ts'
import { parseMethods, type SignInMethod } from './methods.ts'

/** A working day. Apps that were let in go on without it. */
const BROWSER_SESSION_MS = 12 * 3_600_000
const COOKIE = 'edgewise_session'

export interface BrowserSession {
  id: string
  userId: string
  email: string
  name: string
  methods: SignInMethod[]
  /** When the person last proved who they are. */
  confirmedAt: number
}

/**
 * A new session for each sign-in, whatever the browser had before: nobody can plant one.
 *
 * @returns the cookie's value, and the statement that makes it good
 */
export async function newBrowserSession(
  userId: string,
  methods: readonly SignInMethod[],
  device: { name: string; country: string | null },
  now: number,
): Promise<{ secret: string; statement: InStatement }> {
  const secret = randomSecret('ebs_', 256)
  const statement: InStatement = {
    sql: `INSERT INTO sessions (id, kind, secret_hash, user_id, name, country, methods, confirmed_at, created_at,
        last_used_at, expires_at) VALUES (?, 'browser', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      randomSecret('ses_', 128),
      await sha256Hex(secret),
      userId,
      device.name,
      device.country,
      JSON.stringify(methods),
      now,
      now,
      now,
      now + BROWSER_SESSION_MS,
    ],
  }
  return { secret, statement }
}

/** Who is signed in with this browser; null for nobody. @throws what the control database throws */
export async function browserSession(
  control: StoreClient,
  request: Request,
  now: number,
): Promise<BrowserSession | null> {
  const secret = cookieOf(request, COOKIE)
  if (!secret) return null
  const { rows } = await control.execute({
    sql: `SELECT s.id, s.user_id, s.methods, s.confirmed_at, u.email, u.name
      FROM sessions s JOIN users u ON u.id = s.user_id
      WHERE s.secret_hash = ? AND s.kind = 'browser' AND s.ended_at IS NULL AND s.expires_at > ?
        AND u.deactivated_at IS NULL`,
    args: [await sha256Hex(secret), now],
  })
  const row = rows[0]
  if (!row) return null
  return {
    id: String(row.id),
    userId: String(row.user_id),
    email: String(row.email),
    name: String(row.name),
    methods: parseMethods(String(row.methods)),
    confirmedAt: Number(row.confirmed_at),
  }
}

export function sessionCookie(request: Request, secret: string): string {
  return cookie(request, COOKIE, secret, BROWSER_SESSION_MS / 1_000)
}

export function expiredSessionCookie(request: Request): string {
  return cookie(request, COOKIE, '', 0)
}

/**
 * HttpOnly, for this host and no other, never sent along from another site's form. The `__Host-` prefix
 * needs https, which one machine has not.
 */
export function cookie(request: Request, name: string, value: string, maxAgeS: number): string {
  const attributes = `Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax`
  return isSecure(request)
    ? `__Host-${name}=${value}; ${attributes}; Secure`
    : `${name}=${value}; ${attributes}`
}

/** A cookie that came twice is none: somebody put one beside ours. */
export function cookieOf(request: Request, name: string): string | null {
  const wanted = `${isSecure(request) ? '__Host-' : ''}${name}=`
  const found = (request.headers.get('cookie') ?? '')
    .split(/; */)
    .filter((pair) => pair.startsWith(wanted))
  return found.length === 1 ? (found[0]?.slice(wanted.length) ?? null) || null : null
}

function isSecure(request: Request): boolean {
  return new URL(request.url).protocol === 'https:'
}
