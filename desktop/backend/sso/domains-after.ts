import type { DomainWish, SsoDomain } from '#rpc/sso.ts'

type AskedDomain = Pick<SsoDomain, 'domain' | 'required'>

/** The domains of a connection once a wish about one of them is fulfilled; the others stay as they are. */
export const domainsAfter = (
  domains: readonly AskedDomain[],
  domain: string,
  wish: DomainWish,
): AskedDomain[] => {
  const asked = domains.map(({ domain, required }) => ({ domain, required }))
  if (wish === 'gone') return asked.filter((each) => each.domain !== domain)
  const wished = { domain, required: wish === 'required' }
  return asked.some((each) => each.domain === domain)
    ? asked.map((each) => (each.domain === domain ? wished : each))
    : [...asked, wished]
}
