import type { Resolve } from '../../../outbound/resolve-host.ts'
import { verificationRecord } from './domain-statements.ts'

const TIMEOUT_MS = 5_000

export type DomainProof = { kind: 'proven' } | { kind: 'no_record' } | { kind: 'not_asked' }

/**
 * Whether a domain's owner has put our record there. Who can write a domain's records can also receive its
 * mail.
 *
 * @param texts the TXT records of a name
 */
export async function proveDomain(
  texts: Resolve,
  domain: string,
  token: string,
): Promise<DomainProof> {
  try {
    const found = await texts(domain, AbortSignal.timeout(TIMEOUT_MS))
    const wanted = verificationRecord(token)
    return { kind: found.some((text) => text.trim() === wanted) ? 'proven' : 'no_record' }
  } catch {
    return { kind: 'not_asked' }
  }
}
