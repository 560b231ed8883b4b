import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  HERO,
  html,
  navigation,
  proxyDeps,
  returning,
  SITE,
  snapshot,
  tokens,
} from './site.fixture.ts'
import { PERSONALIZE_BUDGET_MS, proxySite } from './site-proxy.ts'

const never = () => new Promise<never>(() => {})

async function known(): Promise<{ cookie: string; token: string; visitorId: string }> {
  const { token, visitorId } = await tokens.mint(SITE.workspaceId)
  return { cookie: `other=1; ew_vid=${token}`, token, visitorId }
}

describe('a page', () => {
  test('gets the variant of a known visitor, escaped, and only inside its slot', async () => {
    const { cookie, visitorId } = await known()
    const asked: unknown[] = []
    const deps = proxyDeps({
      async factsOf(...who) {
        asked.push(who)
        return returning
      },
    })
    const response = await proxySite(navigation({ cookie }), SITE, deps)
    const text = await response.text()
    expect(asked).toEqual([['demo', visitorId]])
    expect(text).toContain('<section data-ew-slot="hero" data-ew-variant="again">')
    expect(text).toContain('<h1 data-ew-field="headline">Welcome &lt;back&gt; &amp; "hello"</h1>')
    expect(text).toContain('href="/demo?a=1&b=&quot;2&quot;">Talk &amp; go</a>')
    expect(text).toContain('<p data-ew-field="body">Plain body</p>')
    expect(text).toContain('<h2 data-ew-field="headline">Outside of any slot</h2>')
  })

  test('shows any text as that text: a headline can never become markup', async () => {
    const { cookie } = await known()
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('<', '>', '&', '"', "'", '</h1>', '<script>', '&lt;', 'ü', ' ')),
        async (pieces) => {
          const headline = pieces.join('')
          const [slot] = snapshot.slots
          const [variant] = slot?.variants ?? []
          if (!slot || !variant) throw new Error('The fixture has a slot with a variant.')
          const variants = [{ ...variant, content: { headline } }]
          const deps = proxyDeps({
            snapshotOf: async () => ({ version: 4, slots: [{ ...slot, variants }] }),
          })
          const text = await (await proxySite(navigation({ cookie }), SITE, deps)).text()
          const shown = /<h1 data-ew-field="headline">(.*?)<\/h1>/s.exec(text)?.[1] ?? 'no heading'
          expect(shown).not.toMatch(/[<>]/)
          const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&' }
          expect(shown.replace(/&(lt|gt|amp);/g, (_, name) => entities[name] ?? '')).toBe(headline)
          expect(text).toContain('<p data-ew-field="body">Plain body</p>')
        },
      ),
      { numRuns: 60 },
    )
  })

  test('is private, without the origin’s validators, and says nothing of its making', async () => {
    const { cookie } = await known()
    const deps = proxyDeps({
      fetch: async () =>
        html(HERO, {
          'cache-control': 'public, max-age=600',
          etag: '"page-1"',
          'last-modified': 'Mon, 02 Mar 2026 09:00:00 GMT',
          'cdn-cache-control': 'max-age=600',
          'x-frame-options': 'DENY',
        }),
    })
    const { headers } = await proxySite(navigation({ cookie }), SITE, deps)
    expect(headers.get('cache-control')).toBe('private, no-cache')
    for (const name of ['etag', 'last-modified', 'cdn-cache-control', 'content-length']) {
      expect(headers.get(name)).toBeNull()
    }
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect([...headers.keys()].filter((name) => name.startsWith('x-ew'))).toEqual([])
  })

  test('gives a new visitor a signed cookie that the next request is known by', async () => {
    const response = await proxySite(navigation(), SITE, proxyDeps())
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(
      /^ew_vid=[0-9a-f-]{36}\.[\w-]{43}; Path=\/; Max-Age=31536000; SameSite=Lax; Secure$/,
    )
    expect(await response.text()).toBe(HERO)

    const next = await proxySite(
      navigation({ cookie: cookie.split(';')[0] ?? '' }),
      SITE,
      proxyDeps(),
    )
    expect(await next.text()).toContain('Welcome &lt;back&gt;')
    expect(next.headers.get('set-cookie')?.split(';')[0]).toBe(cookie.split(';')[0])
  })

  test.each(['forged.signature', 'x', ''])('takes the cookie %j for nobody', async (value) => {
    const deps = proxyDeps()
    const response = await proxySite(navigation({ cookie: `ew_vid=${value}` }), SITE, deps)
    expect(await response.text()).toBe(HERO)
    expect(response.headers.get('set-cookie')).not.toContain(`ew_vid=${value};`)
  })

  test('takes another workspace’s token for nobody', async () => {
    const { token } = await tokens.mint('elsewhere')
    const response = await proxySite(navigation({ cookie: `ew_vid=${token}` }), SITE, proxyDeps())
    expect(await response.text()).toBe(HERO)
  })

  test.each(['sec-gpc', 'dnt'])(
    'of a visitor who sends %s: 1 stays as it is, without a cookie',
    async (name) => {
      const { cookie } = await known()
      const anonymous = await proxySite(navigation({ [name]: '1' }), SITE, proxyDeps())
      expect(anonymous.headers.get('set-cookie')).toBeNull()
      expect(anonymous.headers.get('vary')).toBe('Sec-GPC, DNT')
      expect(await anonymous.text()).toBe(HERO)

      const deps = proxyDeps({ factsOf: () => Promise.reject(new Error('must not be asked')) })
      const before = await proxySite(navigation({ cookie, [name]: '1' }), SITE, deps)
      expect(before.headers.get('set-cookie')).toMatch(/^ew_vid=; Path=\/; Max-Age=0;/)
      expect(before.headers.get('cache-control')).toBe('private, no-cache')
      expect(await before.text()).toBe(HERO)
    },
  )

  test('streams: what the origin has sent is passed on before the rest has come', async () => {
    const { cookie } = await known()
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const encoder = new TextEncoder()
    const response = await proxySite(
      navigation({ cookie }),
      SITE,
      proxyDeps({ fetch: async () => html(readable) }),
    )
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    const sent = writer.write(
      encoder.encode('<section data-ew-slot="hero"><h1 data-ew-field="headline">x</h1><p>'),
    )
    let seen = ''
    while (!seen.includes('Welcome')) seen += (await reader?.read())?.value ?? ''
    await sent
    expect(seen).not.toContain('late')
    const rest = Promise.all([writer.write(encoder.encode('late</p></section>')), writer.close()])
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      seen += part.value
    }
    await rest
    expect(seen).toContain('<p>late</p></section>')
  })
})

describe('when something fails, the page stays as it is:', () => {
  test.each([
    [
      'the visitor cannot be looked up',
      { factsOf: () => Promise.reject(new Error('object away')) },
    ],
    ['the slots cannot be read', { snapshotOf: () => Promise.reject(new Error('hub away')) }],
    [
      'the workspace is above its quota',
      { spendDecision: async () => ({ kind: 'above' as const, retryAfterSeconds: 9 }) },
    ],
  ])('%s', async (_, parts) => {
    const { cookie } = await known()
    const response = await proxySite(navigation({ cookie }), SITE, proxyDeps(parts))
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(HERO)
  })

  test.each([
    ['the visitor is not known in time', { factsOf: never }],
    ['the slots are not there in time', { snapshotOf: never }],
    ['the quota is not known in time', { spendDecision: never }],
  ])('%s', async (_, parts) => {
    const { cookie } = await known()
    const began = Date.now()
    const response = await proxySite(navigation({ cookie }), SITE, proxyDeps(parts))
    expect(await response.text()).toBe(HERO)
    // The clock of the runtime may stand still during work; it has ticked for the timer at least.
    expect(Date.now() - began).toBeGreaterThanOrEqual(PERSONALIZE_BUDGET_MS - 10)
    expect(Date.now() - began).toBeLessThan(2_000)
  })

  test('but a decision that came while the origin was slow is used', async () => {
    const { cookie } = await known()
    const later = <T>(ms: number, value: () => T) =>
      new Promise<T>((resolve) => setTimeout(() => resolve(value()), ms))
    const deps = proxyDeps({
      factsOf: () => later(2 * PERSONALIZE_BUDGET_MS, () => returning),
      fetch: () => later(6 * PERSONALIZE_BUDGET_MS, () => html()),
    })
    const response = await proxySite(navigation({ cookie }), SITE, deps)
    expect(await response.text()).toContain('Welcome &lt;back&gt;')
  })

  test('the slot was switched off', async () => {
    const { cookie } = await known()
    const killed = {
      ...snapshot,
      slots: snapshot.slots.map((slot) => ({ ...slot, status: 'draft' as const })),
    }
    const deps = proxyDeps({ snapshotOf: async () => killed })
    expect(await (await proxySite(navigation({ cookie }), SITE, deps)).text()).toBe(HERO)
  })

  test('the origin is down, which is said plainly', async () => {
    const deps = proxyDeps({
      fetch: () => Promise.reject(new Error('connection refused 10.0.0.7')),
    })
    const response = await proxySite(navigation(), SITE, deps)
    expect(response.status).toBe(502)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const text = await response.text()
    expect(text).toContain('The site does not answer')
    expect(text).not.toContain('10.0.0.7')
  })
})

describe('what is no page', () => {
  test('passes unchanged, headers and all', async () => {
    const { cookie } = await known()
    const bytes = crypto.getRandomValues(new Uint8Array(1000))
    const headers = {
      'content-type': 'image/png',
      'cache-control': 'public, max-age=31536000, immutable',
      etag: '"asset-1"',
    }
    const deps = proxyDeps({ fetch: async () => new Response(bytes, { headers }) })
    const request = new Request('https://www.site.example/logo.png', {
      headers: { accept: 'image/*', 'sec-fetch-dest': 'image', 'if-none-match': '"old"', cookie },
    })
    const response = await proxySite(request, SITE, deps)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
    for (const [name, value] of Object.entries(headers))
      expect(response.headers.get(name)).toBe(value)
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(deps.asked[0]?.headers.get('if-none-match')).toBe('"old"')
  })

  test('such as a posted form, reaches the origin with its body', async () => {
    const deps = proxyDeps({
      fetch: async (request) => html(`<p>Got ${request.method} ${await request.text()}</p>`),
    })
    const request = new Request('https://www.site.example/contact?x=1', {
      method: 'POST',
      body: 'name=Ada',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    })
    const response = await proxySite(request, SITE, deps)
    expect(await response.text()).toBe('<p>Got POST name=Ada</p>')
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(deps.asked[0]?.url).toBe('http://origin.example:8080/contact?x=1')
  })

  test('such as HTML in another character set, is left alone', async () => {
    const { cookie } = await known()
    const page = () =>
      new Response(HERO, {
        headers: { 'content-type': 'text/html; charset=shift_jis', etag: '"1"' },
      })
    const response = await proxySite(
      navigation({ cookie }),
      SITE,
      proxyDeps({ fetch: async () => page() }),
    )
    expect(response.headers.get('etag')).toBe('"1"')
    expect(await response.text()).toBe(HERO)
  })
})

describe('the origin', () => {
  test('gets the visitor’s request without our cookie, and whole pages to rewrite', async () => {
    const { cookie, token } = await known()
    const deps = proxyDeps()
    const headers = {
      cookie,
      authorization: 'Basic abc',
      'if-none-match': '"1"',
      range: 'bytes=0-9',
    }
    await proxySite(navigation(headers, '//evil.example/path?q=1'), SITE, deps)
    const [asked] = deps.asked
    expect(asked?.url).toBe('http://origin.example:8080//evil.example/path?q=1')
    expect(asked?.headers.get('cookie')).toBe('other=1')
    expect(asked?.headers.get('authorization')).toBe('Basic abc')
    expect(asked?.headers.get('x-forwarded-host')).toBe('www.site.example')
    expect(asked?.headers.get('x-forwarded-proto')).toBe('https')
    expect(asked?.headers.get('if-none-match')).toBeNull()
    expect(asked?.headers.get('range')).toBeNull()
    expect(JSON.stringify([...(asked?.headers ?? [])])).not.toContain(token)
  })

  test.each([
    ['http://origin.example:8080/new?x=1', 'https://www.site.example/new?x=1'],
    ['/relative', '/relative'],
    ['https://elsewhere.example/', 'https://elsewhere.example/'],
  ])('that redirects to %s sends the visitor to %s', async (location, seen) => {
    const deps = proxyDeps({
      fetch: async () => new Response(null, { status: 302, headers: { location } }),
    })
    const response = await proxySite(navigation(), SITE, deps)
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe(seen)
  })
})
