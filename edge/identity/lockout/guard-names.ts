import ipaddr from 'ipaddr.js'
import { sha256Hex } from '../random-secret.ts'
import type { LockoutKind } from './lockout.ts'

/** Who has an IPv6 network has all of a /64: single addresses are free to them. */
const IPV6_PREFIX_BYTES = 8

/** The guard of an account, also of one that does not exist: waiting must not tell who has one. */
export async function accountGuardName(email: string): Promise<string> {
  return `account:${await sha256Hex(email.normalize('NFKC').trim().toLowerCase())}`
}

/** The guard of an IPv4 address or an IPv6 /64. What is no address shares one guard. */
export function addressGuardName(address: string): string {
  if (!ipaddr.isValid(address)) return 'address:unknown'
  // `process` gives an IPv4 address for ::ffff:a.b.c.d, which is one.
  const ip = ipaddr.process(address)
  if (ip.kind() === 'ipv4') return `address:${ip.toString()}`
  const prefix = ip.toByteArray().slice(0, IPV6_PREFIX_BYTES)
  return `address:${prefix.map((byte) => byte.toString(16).padStart(2, '0')).join('')}/64`
}

export function lockoutKindOf(guardName: string): LockoutKind {
  return guardName.startsWith('address:') ? 'address' : 'account'
}
