/** Calls as a browser library sends them: a page view or a click, with context, about 700 bytes. */
export function benchCall(index: number, run: string): Record<string, unknown> {
  const visitor = `${run}-visitor-${index % 2_000}`
  const at = new Date().toISOString()
  const isPage = index % 3 !== 0
  return {
    type: isPage ? 'page' : 'track',
    ...(isPage ? { name: 'Pricing' } : { event: 'Plan Compared' }),
    messageId: `${run}-${index}`,
    anonymousId: visitor,
    timestamp: at,
    sentAt: at,
    properties: { plan: 'team', seats: (index % 40) + 1, experiment: null },
    context: {
      locale: 'en-GB',
      library: { name: 'edgewise-browser', version: '0.1.0' },
      screen: { width: 1440, height: 900 },
      page: {
        path: `/pricing/${index % 7}`,
        url: `https://site.example/pricing/${index % 7}?utm_source=newsletter&utm_medium=email&utm_campaign=spring`,
        referrer: 'https://www.google.com/',
        title: 'Pricing',
        search: '?utm_source=newsletter&utm_medium=email&utm_campaign=spring',
      },
      userAgent:
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
    },
  }
}
