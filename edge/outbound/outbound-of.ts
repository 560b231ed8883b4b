import { STRICT } from './outbound-address.ts'
import type { OutboundDeps } from './outbound-fetch.ts'
import { dnsOverHttps, type Resolve, textsOverHttps } from './resolve-host.ts'

export interface OutboundEnv {
  /** Exact origins, separated by spaces, that may be fetched whatever they are; for one machine alone. */
  OUTBOUND_ALLOWED_ORIGINS?: string
  /** A DNS-over-HTTPS server with the JSON form, in place of the public one. */
  DNS_OVER_HTTPS_URL?: string
}

/** What {@link outboundFetch} needs, as the deployment has it. */
export function outboundOf(env: OutboundEnv): OutboundDeps {
  const allowedOrigins = (env.OUTBOUND_ALLOWED_ORIGINS ?? '').split(/\s+/).filter(Boolean)
  return {
    fetch: (url, init) => fetch(url, init),
    resolve: dnsOverHttps((url, init) => fetch(url, init), serverOf(env)),
    policy: { ...STRICT, allowedOrigins },
  }
}

/** The TXT records of a name, as the deployment asks for them. */
export function textsOf(env: OutboundEnv): Resolve {
  return textsOverHttps((url, init) => fetch(url, init), serverOf(env))
}

/** The empty text of an unset variable is no server. */
const serverOf = (env: OutboundEnv) => env.DNS_OVER_HTTPS_URL || undefined
