import type { InStatement } from '@libsql/client'
import type { StoreClient } from '../../store/client.ts'
import { sha256Hex } from '../random-secret.ts'
import { endSession } from '../sessions/app-sessions.ts'
import { matchesChallenge } from './pkce.ts'

/** The browser hands it on at once. */
const CODE_LIFETIME_MS = 60_000

export const CODE_PREFIX = 'eac_'

export function insertCode(
  codeHash: string,
  code: { sessionId: string; clientId: string; redirectUri: string; codeChallenge: string },
  now: number,
): InStatement {
  return {
    sql: `INSERT INTO authorization_codes (code_hash, session_id, client_id, redirect_uri, code_challenge,
        created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    args: [
      codeHash,
      code.sessionId,
      code.clientId,
      code.redirectUri,
      code.codeChallenge,
      now,
      now + CODE_LIFETIME_MS,
    ],
  }
}

export type CodeOutcome =
  | {
      kind: 'good'
      session: { sessionId: string; userId: string; workspaceId: string; clientId: string }
    }
  | { kind: 'refused'; reason: string; endedSession?: { id: string; workspaceId: string } }

/**
 * Takes a code once. A wrong verifier spends it too, so that nobody tries several; a second use ends the
 * session that the first one opened (RFC 6749, 4.1.2).
 *
 * @throws what the control database throws
 */
export async function takeCode(
  control: StoreClient,
  asked: { code: string; clientId: string; redirectUri: string; verifier: string },
  now: number,
): Promise<CodeOutcome> {
  const codeHash = await sha256Hex(asked.code)
  const [taken, found] = await control.batch(
    [
      {
        sql: 'UPDATE authorization_codes SET used_at = ? WHERE code_hash = ? AND used_at IS NULL',
        args: [now, codeHash],
      },
      {
        sql: `SELECT c.client_id, c.redirect_uri, c.code_challenge, c.expires_at, s.id, s.user_id, s.workspace_id
          FROM authorization_codes c JOIN sessions s ON s.id = c.session_id WHERE c.code_hash = ?`,
        args: [codeHash],
      },
    ],
    'write',
  )
  const row = found?.rows[0]
  if (!row) return { kind: 'refused', reason: 'The code does not exist.' }
  const session = {
    sessionId: String(row.id),
    userId: String(row.user_id),
    workspaceId: String(row.workspace_id),
    clientId: asked.clientId,
  }
  if (taken?.rowsAffected !== 1) {
    await control.execute(endSession(session.sessionId, 'code_replayed', now))
    const endedSession = { id: session.sessionId, workspaceId: session.workspaceId }
    return { kind: 'refused', reason: 'The code was used before.', endedSession }
  }
  const isAsIssued =
    row.client_id === asked.clientId &&
    row.redirect_uri === asked.redirectUri &&
    Number(row.expires_at) > now &&
    (await matchesChallenge(asked.verifier, String(row.code_challenge)))
  if (isAsIssued) return { kind: 'good', session }
  await control.execute(endSession(session.sessionId, 'signed_out', now))
  return {
    kind: 'refused',
    reason: 'The code was made for another client, address or verifier, or is too old.',
  }
}
