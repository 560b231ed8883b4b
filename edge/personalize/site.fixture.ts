import { type TargetingFacts, UNSEEN_VISITOR } from '#shared/targeting/facts.ts'
import { SlotSnapshot } from '#shared/targeting/slot.ts'
import type { Site } from '../tenancy/site.ts'
import type { SiteProxyDeps } from './site-proxy.ts'
import { visitorTokens } from './visitor-token.ts'

export const SITE: Site = {
  workspaceId: 'demo',
  origin: 'http://origin.example:8080',
  honourGpc: true,
}

export const tokens = visitorTokens('secret of the tests')

/** A hero for everybody who comes back, with texts that would be markup if they were not escaped. */
export const snapshot = SlotSnapshot.parse({
  version: 3,
  slots: [
    {
      key: 'hero',
      name: 'Hero',
      status: 'published',
      default: null,
      variants: [
        {
          key: 'again',
          name: 'Second visit',
          audience: { kind: 'compare', fact: 'visits', op: 'at_least', value: 2 },
          content: {
            headline: 'Welcome <back> & "hello"',
            cta: { label: 'Talk & go', href: '/demo?a=1&b="2"' },
          },
        },
      ],
    },
  ],
})

export const returning: TargetingFacts = { ...UNSEEN_VISITOR, visits: 2, pageviews: 3 }

export const HERO = `<!doctype html><title>Home</title>
<section data-ew-slot="hero">
  <h1 data-ew-field="headline">Plain headline</h1>
  <p data-ew-field="body">Plain body</p>
  <a class="button" data-ew-field="cta" href="/signup">Start</a>
</section>
<h2 data-ew-field="headline">Outside of any slot</h2>`

export function html(body: BodyInit = HERO, headers: Record<string, string> = {}): Response {
  return new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8', ...headers } })
}

/** A proxy whose origin and look-ups are as given; by default a returning visitor on the home page. */
export function proxyDeps(
  parts: Partial<SiteProxyDeps> = {},
): SiteProxyDeps & { asked: Request[] } {
  const asked: Request[] = []
  const { fetch = async () => html(), ...rest } = parts
  return {
    asked,
    tokens,
    factsOf: async () => returning,
    spendDecision: async () => ({ kind: 'within' }),
    snapshotOf: async () => snapshot,
    ...rest,
    fetch(request) {
      asked.push(request)
      return fetch(request)
    },
  }
}

/** A navigation to the public address of the site. */
export function navigation(headers: Record<string, string> = {}, path = '/'): Request {
  return new Request(`https://www.site.example${path}`, {
    headers: { accept: 'text/html,*/*', 'sec-fetch-dest': 'document', ...headers },
  })
}
