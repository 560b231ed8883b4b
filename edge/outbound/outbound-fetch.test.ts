import { expect, test } from 'vitest'
import { STRICT } from './outbound-address.ts'
import { type OutboundDeps, outboundFetch } from './outbound-fetch.ts'
import { dnsOverHttps, textsOverHttps } from './resolve-host.ts'

const PUBLIC = '93.184.215.14'
const LIMITS = { timeoutMs: 5_000, maxBytes: 1_000 }

interface Sent {
  url: string
  init: RequestInit
}

/** A network that answers as told, and says what reached it. */
function network(addresses: string[] | (() => string[]), answer = () => new Response('hello')) {
  const sent: Sent[] = []
  const deps: OutboundDeps = {
    async fetch(url, init) {
      sent.push({ url, init })
      return answer()
    },
    resolve: async () => (typeof addresses === 'function' ? addresses() : addresses),
    policy: STRICT,
  }
  return {
    sent,
    deps,
    ask: (url = 'https://idp.example.com/x') => outboundFetch(deps, url, {}, LIMITS),
  }
}

test('a public name is fetched, without following redirects', async () => {
  const { ask, sent } = network([PUBLIC, '2606:4700:4700::1111'])
  const answer = await ask()
  expect(answer.kind === 'answered' && (await answer.response.text())).toBe('hello')
  expect(sent[0]).toMatchObject({ url: 'https://idp.example.com/x', init: { redirect: 'manual' } })
})

test.each([
  [['127.0.0.1']],
  [[PUBLIC, '10.0.0.1']],
  [['2606:4700:4700::1111', 'fd00:ec2::254']],
  [['::ffff:127.0.0.1']],
  [['64:ff9b::a9fe:a9fe']],
  [['not an address']],
])('a name that leads to %j is refused before anything is sent', async (addresses) => {
  const { ask, sent } = network(addresses)
  expect(await ask()).toMatchObject({ kind: 'refused' })
  expect(sent).toEqual([])
})

test('a name is looked up for each request: one that turns inward is refused from then on', async () => {
  const answers = [[PUBLIC], ['169.254.169.254'], [PUBLIC]]
  const { ask, sent } = network(() => answers.shift() ?? [])
  expect([(await ask()).kind, (await ask()).kind, (await ask()).kind]).toEqual([
    'answered',
    'refused',
    'answered',
  ])
  expect(sent).toHaveLength(2)
})

test('a name that does not exist, and one that cannot be looked up, are told apart', async () => {
  expect(await network([]).ask()).toMatchObject({ reason: 'name_unknown', isTemporary: false })
  const broken = network(() => {
    throw new Error('SERVFAIL')
  })
  expect(await broken.ask()).toMatchObject({ reason: 'name_not_resolved', isTemporary: true })
  expect(broken.sent).toEqual([])
})

test('numbers and allowed origins need no look-up', async () => {
  const { deps, sent } = network(() => {
    throw new Error('not to be asked')
  })
  const policy = { ...STRICT, allowedOrigins: ['http://127.0.0.1:9000'] }
  for (const url of ['https://8.8.8.8/', 'http://127.0.0.1:9000/jwks']) {
    expect((await outboundFetch({ ...deps, policy }, url)).kind).toBe('answered')
  }
  expect(sent).toHaveLength(2)
})

test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
  const headers = { location: 'http://169.254.169.254/' }
  const { ask, sent } = network([PUBLIC], () => new Response(null, { status, headers }))
  expect(await ask()).toEqual({ kind: 'failed', reason: 'redirected', isTemporary: false })
  expect(sent).toHaveLength(1)
})

test('cookies and what a proxy adds do not travel on; what is meant for the host does', async () => {
  const { deps, sent } = network([PUBLIC])
  const headers = {
    cookie: 'ew=1',
    host: 'other',
    'x-forwarded-for': '1.2.3.4',
    'cf-connecting-ip': '1.2.3.4',
    'x-write-key': 'ewk_x',
    authorization: 'Basic ours',
    accept: 'application/json',
  }
  await outboundFetch(deps, 'https://idp.example.com/', { method: 'POST', headers, body: 'a=b' })
  expect(Object.fromEntries(new Headers(sent[0]?.init.headers))).toEqual({
    accept: 'application/json',
    authorization: 'Basic ours',
    'user-agent': 'Edgewise',
  })
  expect(sent[0]?.init).toMatchObject({ method: 'POST', body: 'a=b' })
})

test('cookies of the answer are dropped', async () => {
  const headers = { 'set-cookie': 'a=b', 'content-type': 'application/json', 'content-length': '9' }
  const { ask } = network([PUBLIC], () => new Response('{}', { headers }))
  const answer = await ask()
  expect(answer.kind === 'answered' && Object.fromEntries(answer.response.headers)).toEqual({
    'content-type': 'application/json',
  })
})

test('DNS over HTTPS: both families, names on the way left out, failures thrown', async () => {
  const said: Record<string, unknown> = {
    A: {
      Status: 0,
      Answer: [
        { type: 5, data: 'alias.' },
        { type: 1, data: PUBLIC },
      ],
    },
    AAAA: { Status: 0, Answer: [{ type: 28, data: '::1' }] },
  }
  const asked: string[] = []
  const resolve = dnsOverHttps(async (url) => {
    asked.push(url)
    return Response.json(said[new URL(url).searchParams.get('type') ?? ''])
  })
  const { signal } = new AbortController()
  expect(await resolve('a.example', signal)).toEqual([PUBLIC, '::1'])
  expect(asked.every((url) => new URL(url).searchParams.get('name') === 'a.example')).toBe(true)
  said.AAAA = { Status: 3 }
  expect(await resolve('a.example', signal)).toEqual([PUBLIC])
  said.AAAA = { Status: 2 }
  await expect(resolve('a.example', signal)).rejects.toThrow()
  said.AAAA = { nonsense: true }
  await expect(resolve('a.example', signal)).rejects.toThrow()
})

test('texts over HTTPS: quoted or not, in pieces, and records of other types left out', async () => {
  const texts = textsOverHttps(async (url) => {
    expect(new URL(url).searchParams.get('type')).toBe('TXT')
    return Response.json({
      Status: 0,
      Answer: [
        { type: 5, data: 'alias.' },
        { type: 16, data: '"v=spf1 -all"' },
        { type: 16, data: '"one " "text"' },
        { type: 16, data: 'plain' },
      ],
    })
  })
  const { signal } = new AbortController()
  expect(await texts('a.example', signal)).toEqual(['v=spf1 -all', 'one text', 'plain'])
})
