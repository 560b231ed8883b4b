import type { InStatement } from '@libsql/client'
import type { StoreClient } from '../../store/client.ts'
import { randomSecret, sha256Hex } from '../random-secret.ts'
import { APP_SESSION_IDLE_MS, endSession } from '../sessions/app-sessions.ts'
import { type RefreshDecision, refreshDecision } from './refresh-decision.ts'

const REFRESH_PREFIX = 'ert_'
const SALT_BITS = 128

/** @returns the first token of a session, and the statement that makes it good */
export async function firstRefreshToken(
  sessionId: string,
  now: number,
): Promise<{ token: string; statement: InStatement }> {
  const token = randomSecret(REFRESH_PREFIX, 256)
  return { token, statement: insertToken(await sha256Hex(token), sessionId, now) }
}

function insertToken(tokenHash: string, sessionId: string, now: number): InStatement {
  return {
    sql: `INSERT INTO refresh_tokens (token_hash, session_id, successor_salt, created_at)
      VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    args: [tokenHash, sessionId, randomSecret('', SALT_BITS), now],
  }
}

export interface RefreshedSession {
  sessionId: string
  userId: string
  workspaceId: string
  clientId: string
}

export type RefreshOutcome =
  | { kind: 'refreshed'; token: string; session: RefreshedSession }
  | { kind: 'refused' }
  /** The session was ended by this. */
  | { kind: 'reused'; session: RefreshedSession }

const FIND = `SELECT t.session_id, t.successor_salt, t.used_at, n.used_at AS successor_used_at,
    s.user_id, s.workspace_id, s.client_id, s.ended_at, s.expires_at
  FROM refresh_tokens t
  JOIN sessions s ON s.id = t.session_id
  LEFT JOIN refresh_tokens n ON n.token_hash = t.successor_hash
  WHERE t.token_hash = ?`

/**
 * Takes a refresh token for its successor. Two requests with one token at the same moment get the same
 * successor: it is derived from the token, the row's salt and the edge's secret, and only hashes are stored.
 *
 * @throws what the control database throws; the outcome is then unknown, and the same token may be sent again
 */
export async function refresh(
  control: StoreClient,
  signingSecret: string,
  token: string,
  clientId: string,
  now: number,
): Promise<RefreshOutcome> {
  const tokenHash = await sha256Hex(token)
  const { rows } = await control.execute({ sql: FIND, args: [tokenHash] })
  const row = rows[0]
  // Another client's token tells nothing, and ends nothing: the client may have been guessed.
  if (!row || row.client_id !== clientId) return { kind: 'refused' }
  const session: RefreshedSession = {
    sessionId: String(row.session_id),
    userId: String(row.user_id),
    workspaceId: String(row.workspace_id),
    clientId,
  }
  const decision: RefreshDecision = refreshDecision(
    {
      usedAt: numberOrNull(row.used_at),
      isSuccessorUsed: row.successor_used_at !== null,
      session: { endedAt: numberOrNull(row.ended_at), expiresAt: Number(row.expires_at) },
    },
    now,
  )
  switch (decision.kind) {
    case 'refused':
      return decision
    case 'reused':
      await control.execute(endSession(session.sessionId, 'refresh_reused', now))
      return { kind: 'reused', session }
    case 'again':
    case 'rotate': {
      const successor = await successorOf(signingSecret, token, String(row.successor_salt))
      if (decision.kind === 'rotate') {
        await rotate(control, tokenHash, await sha256Hex(successor), session.sessionId, now)
      }
      return { kind: 'refreshed', token: successor, session }
    }
  }
}

async function rotate(
  control: StoreClient,
  tokenHash: string,
  successorHash: string,
  sessionId: string,
  now: number,
): Promise<void> {
  await control.batch(
    [
      {
        sql: `UPDATE refresh_tokens SET used_at = ?, successor_hash = ?
          WHERE token_hash = ? AND used_at IS NULL`,
        args: [now, successorHash, tokenHash],
      },
      insertToken(successorHash, sessionId, now),
      {
        sql: 'UPDATE sessions SET last_used_at = ?, expires_at = ? WHERE id = ? AND ended_at IS NULL',
        args: [now, now + APP_SESSION_IDLE_MS, sessionId],
      },
    ],
    'write',
  )
}

async function successorOf(secret: string, token: string, salt: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const key = await crypto.subtle.importKey(
    'raw',
    bytes(`refresh token\n${secret}`),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  const mac = await crypto.subtle.sign('HMAC', key, bytes(`${salt}\n${token}`))
  const text = btoa(String.fromCharCode(...new Uint8Array(mac)))
  return `${REFRESH_PREFIX}${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
}

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null)
