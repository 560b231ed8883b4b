import { base64url } from './base64url.ts'
import { KeyMemory } from './key-memory.ts'
import type { SealContext } from './sealed-columns.ts'
import { createSealer, type Sealer } from './sealer.ts'

/** One entry of SEALING_KEYS with a key that is made of the text. */
export function sealingKey(id: string, text = id): string {
  return `${id}:${base64url(new TextEncoder().encode(text.padEnd(32, '-').slice(0, 32)))}`
}

/** An isolate of its own: a sealer with nothing in its memory. */
export function isolateOver(
  openControl: Parameters<typeof createSealer>[0]['openControl'],
  sealingKeys: string,
  now?: () => number,
): Sealer {
  return createSealer({ openControl, sealingKeys, memory: new KeyMemory(now) })
}

export const totpOf = (row: string): SealContext => ({
  workspaceId: null,
  table: 'totp_factors',
  column: 'sealed_secret',
  row,
})

export const clientSecretOf = (workspaceId: string, row: string): SealContext => ({
  workspaceId,
  table: 'sso_connections',
  column: 'sealed_client_secret',
  row,
})
