import { z } from 'zod'

type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** All addresses of a name, IPv4 and IPv6; none where there is no such name. @throws when it cannot be asked */
export type Resolve = (host: string, signal: AbortSignal) => Promise<string[]>

const DNS_OVER_HTTPS = 'https://cloudflare-dns.com/dns-query'
const NO_ERROR = 0
const NO_SUCH_NAME = 3
/** Record types of RFC 1035 and RFC 3596. */
const RECORDS = { A: 1, TXT: 16, AAAA: 28 } as const

const DnsAnswer = z.object({
  Status: z.number(),
  Answer: z.array(z.object({ type: z.number(), data: z.string() })).optional(),
})

/** Asks a DNS-over-HTTPS server in its JSON form; Workers have no other resolver. */
export function dnsOverHttps(fetch: Fetch, server = DNS_OVER_HTTPS): Resolve {
  return async (host, signal) =>
    (
      await Promise.all([
        records(fetch, server, host, 'A', signal),
        records(fetch, server, host, 'AAAA', signal),
      ])
    ).flat()
}

/** The texts that stand at a name (TXT), each put together; none where there is no such name. As {@link Resolve}. */
export function textsOverHttps(fetch: Fetch, server = DNS_OVER_HTTPS): Resolve {
  return async (host, signal) =>
    (await records(fetch, server, host, 'TXT', signal)).map((data) => {
      // A long text comes in pieces, each quoted; some servers quote none.
      const pieces = data.match(/"(?:[^"\\]|\\.)*"/g)
      return pieces === null ? data : pieces.map((piece) => piece.slice(1, -1)).join('')
    })
}

async function records(
  fetch: Fetch,
  server: string,
  host: string,
  type: keyof typeof RECORDS,
  signal: AbortSignal,
): Promise<string[]> {
  const url = `${server}?name=${encodeURIComponent(host)}&type=${type}`
  const answer = await fetch(url, { headers: { accept: 'application/dns-json' }, signal })
  if (!answer.ok) throw new Error(`The name server answered ${answer.status}.`)
  const { Status, Answer = [] } = DnsAnswer.parse(await answer.json())
  if (Status !== NO_ERROR && Status !== NO_SUCH_NAME) {
    throw new Error(`The name server said ${Status}.`)
  }
  // Names on the way (CNAME) are answered too; where they end is what counts.
  return Answer.filter((record) => record.type === RECORDS[type]).map(({ data }) => data)
}
