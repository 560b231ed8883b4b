import type { KeyKind } from '#shared/access/matrix.ts'

export { sha256Hex as hashKey } from '../identity/random-secret.ts'

/**
 * Keys name their workspace, so that routing needs no look-up: `ewk_<workspace>_<secret>` writes
 * (public, sits in web pages), `esk_<workspace>_<secret>` is secret. The store holds a SHA-256 of the
 * whole key: the secret part is 160 random bits, so a slow hash would add nothing.
 */
const KEY_PATTERN = /^(ewk|esk)_([a-z0-9]{2,32})_([A-Za-z0-9]{20,64})$/

export interface ParsedKey {
  kind: KeyKind
  workspaceId: string
}

export function parseKey(key: string): ParsedKey | null {
  const match = KEY_PATTERN.exec(key)
  if (!match) return null
  return { kind: match[1] === 'esk' ? 'secret' : 'write', workspaceId: match[2] ?? '' }
}
