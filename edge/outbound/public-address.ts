import ipaddr from 'ipaddr.js'

/** Global unicast, RFC 4291: everything else of IPv6 is for something special, also `::a.b.c.d`. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::')
const GLOBAL_UNICAST_BITS = 3
/** Answers the agents of a cloud's own machines, under a number like everybody's. */
const PLATFORM_ADDRESSES: ReadonlySet<string> = new Set(['168.63.129.16'])

/**
 * Whether an IP address is one that anybody on the Internet may have. Decided by number: the same address
 * has many spellings. Forms that carry an IPv4 address in an IPv6 one (mapped, NAT64, 6to4, Teredo) are
 * never public, since a gateway would unpack them to whatever they carry.
 *
 * @param address as DNS answers or `URL` has it, without brackets; anything that is no address is not public
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    return ipaddr.IPv4.parse(address).range() === 'unicast' && !PLATFORM_ADDRESSES.has(address)
  }
  // With a zone it is an address of this machine's own network.
  if (!ipaddr.IPv6.isValid(address) || address.includes('%')) return false
  const parsed = ipaddr.IPv6.parse(address)
  return parsed.match(GLOBAL_UNICAST, GLOBAL_UNICAST_BITS) && parsed.range() === 'unicast'
}
