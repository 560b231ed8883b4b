import type { Env } from '../../env.ts'
import { issuerOf } from '../issuer.ts'

/** The script that talks to the browser's passkeys, see passkey-page.ts. */
export const PASSKEY_SCRIPT = '/sign-in/passkey.js'

/**
 * Whether passkeys serve where this page was opened: a relying party is a host name, and under an IP address
 * browsers refuse passkeys (WebAuthn, 5.1.2); under another name than the edge's own they would be of no use.
 */
export function passkeysWork(env: Env, requestUrl: string): boolean {
  const { hostname, origin } = new URL(requestUrl)
  return (
    !/^[\d.]+$/.test(hostname) && !hostname.startsWith('[') && origin === issuerOf(env, requestUrl)
  )
}

/** What a page needs for its passkey forms, and no script where it has none. */
export function scriptIf(hasPasskeyForm: boolean): { script?: string } {
  return hasPasskeyForm ? { script: PASSKEY_SCRIPT } : {}
}
