import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { outboundAddress, STRICT } from './outbound-address.ts'
import { isPublicAddress } from './public-address.ts'

const BLOCKED: Record<string, string[]> = {
  'this machine by name': [
    'https://localhost',
    'https://localhost.',
    'https://LOCALHOST',
    'https://a.localhost',
    'https://localhost:8443/x',
    'https://ｌｏｃａｌｈｏｓｔ',
  ],
  'this machine by number': [
    'https://127.0.0.1',
    'https://127.0.0.1.',
    'https://127.255.255.254',
    'https://127.1',
    'https://2130706433',
    'https://0x7f000001',
    'https://0x7f.0.0.1',
    'https://0177.0.0.1',
    'https://017700000001',
    'https://0x7f.1',
    'https://①②⑦.⓪.⓪.①',
    'https://127。0。0。1',
    'https://127．0．0．1',
    'https://0.0.0.0',
    'https://0',
  ],
  'private and special IPv4': [
    'https://10.0.0.1',
    'https://172.16.0.1',
    'https://172.31.255.255',
    'https://192.168.0.1',
    'https://100.64.0.1',
    'https://100.127.255.255',
    'https://169.254.0.1',
    'https://192.0.0.8',
    'https://192.0.2.1',
    'https://198.51.100.1',
    'https://203.0.113.1',
    'https://198.18.0.1',
    'https://224.0.0.1',
    'https://240.0.0.1',
    'https://255.255.255.255',
  ],
  'metadata services': [
    'https://169.254.169.254/latest/meta-data',
    'https://169.254.170.2',
    'https://100.100.100.200',
    'https://192.0.0.192',
    'https://168.63.129.16',
    'https://[fd00:ec2::254]',
    'https://metadata.google.internal',
    'https://metadata.google.internal.',
    'https://metadata',
    'https://metadata.goog',
    'https://0xa9fea9fe',
    'https://2852039166',
  ],
  'special IPv6': [
    'https://[::]',
    'https://[::1]',
    'https://[0:0:0:0:0:0:0:1]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:7f00:1]',
    'https://[::ffff:8.8.8.8]',
    'https://[::127.0.0.1]',
    'https://[::a00:1]',
    'https://[64:ff9b::127.0.0.1]',
    'https://[64:ff9b::8.8.8.8]',
    'https://[64:ff9b:1::1]',
    'https://[64:ff9b:1:ffff::a00:1]',
    'https://[2002:7f00:1::]',
    'https://[2001:0:7f00:1::]',
    'https://[2001:db8::1]',
    'https://[3fff::1]',
    'https://[2001:2::1]',
    'https://[fe80::1]',
    'https://[febf::1]',
    'https://[fec0::1]',
    'https://[fc00::1]',
    'https://[fdff::1]',
    'https://[ff02::1]',
    'https://[100::1]',
    'https://[5f00::1]',
    'https://[4000::1]',
    'https://[::ffff:0:127.0.0.1]',
  ],
  'inner names': [
    'https://intranet',
    'https://db.internal',
    'https://printer.local',
    'https://nas.lan',
    'https://router.home.arpa',
    'https://x.corp',
    'https://a..b.example',
    'https://example.com..',
    'https://.example.com',
  ],
  'tricks of spelling': [
    'https://user@example.com',
    'https://user:password@example.com',
    'https://example.com@127.0.0.1',
    'https://example.com%2f@127.0.0.1',
    'https://127.0.0.1%2f.example.com',
    'https://example%2ecom',
    'https://example.com#@127.0.0.1',
    'https://127.0.0.1#.example.com',
    'https://example.com\\@127.0.0.1',
    'https://127.0.0.1\\.example.com',
    'https:\\\\example.com',
    'https:/example.com',
    'https:example.com',
    'https:///example.com',
    ' https://example.com',
    'https://exa\nmple.com',
    'https://exa\tmple.com',
    'https://example.com/\u202e',
    'https://example\u00ad.com',
    '//example.com',
    'example.com',
    '',
    `https://example.com/${'x'.repeat(2_000)}`,
  ],
  'other schemes and ports': [
    'http://example.com',
    'ftp://example.com',
    'file:///etc/passwd',
    'gopher://example.com:70',
    'javascript:alert(1)',
    'data:text/plain,x',
    'ws://example.com',
    'https://example.com:80',
    'https://example.com:22',
    'https://example.com:0',
    'https://example.com:65536',
    'https://example.com:6379',
  ],
}

describe.each(Object.entries(BLOCKED))('%s', (_what, addresses) => {
  test.each(addresses)('%s is refused with a sentence and a next step', (address) => {
    expect(outboundAddress(address)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/\.$/),
      next: expect.stringMatching(/\.$/),
    })
  })
})

test.each([
  ['https://example.com', 'https://example.com/'],
  ['https://example.com.', 'https://example.com/'],
  ['HTTPS://Example.COM/Path?q=1', 'https://example.com/Path?q=1'],
  ['https://example.com:443/x', 'https://example.com/x'],
  ['https://example.com:8443/x', 'https://example.com:8443/x'],
  ['https://bücher.example/%2f', 'https://xn--bcher-kva.example/%2f'],
  ['https://8.8.8.8', 'https://8.8.8.8/'],
  ['https://[2606:4700:4700::1111]:8443/', 'https://[2606:4700:4700::1111]:8443/'],
  ['https://localhost.example.com', 'https://localhost.example.com/'],
  ['https://internal.example.com/a@b', 'https://internal.example.com/a@b'],
])('%s is allowed', (address, href) => {
  const answer = outboundAddress(address)
  expect(answer.kind === 'allowed' ? answer.url.href : answer).toBe(href)
})

describe('an origin that the deployment allows', () => {
  const policy = { ...STRICT, allowedOrigins: ['http://127.0.0.1:9000'] }

  test('passes with any path', () => {
    expect(outboundAddress('http://127.0.0.1:9000/a?b', policy).kind).toBe('allowed')
  })

  test.each([
    'http://127.0.0.1:9001',
    'http://127.0.0.1',
    'https://127.0.0.1:9000',
    'http://127.0.0.2:9000',
    'http://localhost:9000',
    'http://127.0.0.1:9000@example.com',
    'http://user@127.0.0.1:9000',
    'http://127.0.0.1:9000.example.com',
  ])('does not let %s pass', (address) => {
    expect(outboundAddress(address, policy).kind).toBe('refused')
  })
})

/** All that is private, as numbers of our own: independent of the library's list. */
const PRIVATE_V4: [first: number, bits: number][] = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x64400000, 10],
  [0x7f000000, 8],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0000000, 24],
  [0xc0a80000, 16],
  [0xc6120000, 15],
  [0xe0000000, 4],
  [0xf0000000, 4],
]

const privateNumber = fc
  .tuple(fc.constantFrom(...PRIVATE_V4), fc.nat())
  .map(([[first, bits], random]) => first + (random % 2 ** (32 - bits)))

const radix = fc.constantFrom(
  (part: number) => String(part),
  (part: number) => `0x${part.toString(16)}`,
  (part: number) => `0X${part.toString(16).padStart(8, '0')}`,
  (part: number) => `0${part.toString(8)}`,
)

/** Any of the spellings that `inet_aton` takes: one to four parts, each in its own base. */
const spelling = fc
  .tuple(
    privateNumber,
    fc.integer({ min: 1, max: 4 }),
    fc.array(radix, { minLength: 4, maxLength: 4 }),
  )
  .map(([number, parts, bases]) => {
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256)
    const head = octets.slice(0, parts - 1)
    const rest = number % 2 ** (8 * (5 - parts))
    return [...head, rest].map((part, index) => bases[index]?.(part) ?? part).join('.')
  })

const groups = (number: number) =>
  `${Math.floor(number / 65_536).toString(16)}:${(number % 65_536).toString(16)}`

const carried = privateNumber.chain((number) =>
  fc.constantFrom(
    `::ffff:${groups(number)}`,
    `0:0:0:0:0:ffff:${groups(number)}`,
    `::${groups(number)}`,
    `64:ff9b::${groups(number)}`,
    `64:ff9b:1:2:3:4:${groups(number)}`,
    `2002:${groups(number)}::1`,
    `2001:0:${groups(number)}::`,
    `::ffff:0:${groups(number)}`,
  ),
)

test('no spelling of a private IPv4 number passes', () => {
  fc.assert(
    fc.property(spelling, (host) => {
      expect(outboundAddress(`https://${host}/`).kind).toBe('refused')
    }),
    { numRuns: 2_000 },
  )
})

test('no IPv6 form that carries a private IPv4 number passes', () => {
  fc.assert(
    fc.property(carried, (host) => {
      expect(outboundAddress(`https://[${host}]/`).kind).toBe('refused')
      expect(isPublicAddress(host)).toBe(false)
    }),
    { numRuns: 2_000 },
  )
})

test('of IPv6 nothing but global unicast passes', () => {
  const part = fc.integer({ min: 0, max: 0xffff })
  fc.assert(
    fc.property(fc.array(part, { minLength: 8, maxLength: 8 }), (parts) => {
      const host = parts.map((each) => each.toString(16)).join(':')
      const isGlobal = (parts[0] ?? 0) >= 0x2000 && (parts[0] ?? 0) < 0x4000
      if (!isGlobal) expect(outboundAddress(`https://[${host}]/`).kind).toBe('refused')
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  '',
  'localhost',
  '8.8.8',
  '0x8.8.8.8',
  '010.8.8.8',
  'fe80::1%eth0',
  '2606::1%1',
  '8.8.8.8 ',
  '::g',
])('what a name server might say, %j, is no public address', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})
