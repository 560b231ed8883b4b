const PREFIX = 'utm_'

/**
 * The utm parameters of a query string as Segment names them: `utm_campaign` becomes `name`, the
 * others lose their prefix. Undefined where there are none.
 */
export function campaignOf(search: string): Record<string, string> | undefined {
  const campaign: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(search)) {
    if (!key.startsWith(PREFIX) || !value) continue
    const name = key.slice(PREFIX.length)
    campaign[name === 'campaign' ? 'name' : name] = value
  }
  return Object.keys(campaign).length > 0 ? campaign : undefined
}
