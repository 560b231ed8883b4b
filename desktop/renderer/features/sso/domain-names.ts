/** As the edge takes them: lower case, Punycode, at least two labels. */
const DOMAIN = /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+$/
/** What stands in addresses and no domain has. */
const NO_DOMAIN = /[/:@?#%\\\s]/

export type ReadDomains =
  | { kind: 'domains'; domains: string[] }
  | { kind: 'invalid'; message: string }

/** Domains as people write them: one a line or with commas, with the @ of an address before them. */
export const readDomains = (text: string): ReadDomains => {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '')
  const domains = new Set<string>()
  for (const word of words) {
    const domain = domainOf(word.replace(/^@/, '').toLowerCase())
    if (domain === null) {
      return { kind: 'invalid', message: `“${word}” is no domain such as company.example.` }
    }
    domains.add(domain)
  }
  return { kind: 'domains', domains: [...domains] }
}

/** The browser knows how `münchen.example` is written in addresses. */
const domainOf = (word: string): string | null => {
  if (DOMAIN.test(word)) return word
  if (NO_DOMAIN.test(word) || word.includes('*')) return null
  const host = URL.parse(`https://${word}`)?.hostname ?? ''
  return DOMAIN.test(host) ? host : null
}
