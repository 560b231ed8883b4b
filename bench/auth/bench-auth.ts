import { scryptSync } from 'node:crypto'
import { cpus } from 'node:os'
import { generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { Client } from 'undici'
import { hashPassword, verifyPassword } from '#edge/identity/passwords/hash-password.ts'
import { type Timing, timeInTurn } from '../score/measure.ts'
import { SECRET_KEY, SUBJECT, startAuthWorker } from './auth-miniflare.ts'

const HTTP = { rounds: 3_000, warmUpRounds: 300, limitMs: 30_000 }
const PASSWORDS = { rounds: 15, warmUpRounds: 1, limitMs: 40_000 }
const VERIFY = { rounds: 3_000, warmUpRounds: 300, limitMs: 10_000 }
const PASSWORD = 'correct horse battery staple 9'
const LABEL_WIDTH = 52
/** What verifying a token and checking its permission may add to hello world at the median. */
const LIMIT_MS = 0.2

const withToken = { authorization: '' }
const withKey = { authorization: `Bearer ${SECRET_KEY}` }

async function timeHttp(url: URL) {
  const client = new Client(url)
  const call = async (
    path: string,
    headers: Record<string, string> = {},
    reset = false,
  ): Promise<string> => {
    const response = await client.request({ path, method: 'GET', headers, reset })
    const text = await response.body.text()
    if (response.statusCode === 200) return text
    throw new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 300)}`)
  }
  try {
    withToken.authorization = `Bearer ${await call(`/token?${new URLSearchParams(SUBJECT)}`)}`
    const checks = await timeInTurn(
      {
        hello: () => call('/hello'),
        'hello, carrying a key': () => call('/hello', withKey),
        'hello, carrying a token': () => call('/hello', withToken),
        'permission check by secret key': () => call('/check', withKey),
        'token verified alone': () => call('/verify', withToken),
        'token verified + permission check': () => call('/check', withToken),
        'a route of the API app': () => call('/routed', withToken),
        'the same route guarded, by token': () => call('/guarded', withToken),
      },
      HTTP,
    )
    // Apart: half a second of work in the isolate would hit whichever call came next. And each on a
    // connection of its own: after such work workerd may take a waiting connection for an idle one.
    const passwords = await timeInTurn(
      { 'password verified in workerd': () => call('/password', {}, true) },
      PASSWORDS,
    )
    return { checks, passwords }
  } finally {
    await client.close()
  }
}

async function timePeers() {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA')
  const token = await new SignJWT({ sub: SUBJECT.user, sid: SUBJECT.session })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' })
    .setExpirationTime('15m')
    .sign(privateKey)
  const verify = await timeInTurn(
    { 'jose jwtVerify in Node': () => jwtVerify(token, publicKey) },
    VERIFY,
  )
  const hash = await hashPassword(PASSWORD)
  const salt = Buffer.alloc(16)
  const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 }
  const passwords = await timeInTurn(
    {
      'password verified in Node, the same code': () => verifyPassword(PASSWORD, hash),
      'node:crypto scrypt, N=2^15 r=8 p=3': async () => scryptSync(PASSWORD, salt, 32, cost),
    },
    PASSWORDS,
  )
  return { verify, passwords }
}

/** @returns whether what a check adds stays below {@link LIMIT_MS} */
export async function benchAuth(): Promise<boolean> {
  const worker = await startAuthWorker()
  const http = await timeHttp(worker.url).finally(() => worker.stop())
  const peers = await timePeers()
  const base = http.checks.hello.median
  const cells = (...texts: string[]) => texts.map((text) => text.padStart(11)).join('')
  const line = (name: string, { median, p99 }: Timing): string => {
    const added = (median - base) / 1000
    return `  ${name.padEnd(LABEL_WIDTH)}${cells(median.toFixed(0), p99.toFixed(0), (median / base).toFixed(2), added.toFixed(3))}`
  }
  const { model = '' } = cpus()[0] ?? {}
  console.log(`\n${cpus().length} × ${model.trim()}, Node ${process.version}\n`)
  console.log(`  ${''.padEnd(LABEL_WIDTH)}${cells('median µs', 'p99 µs', '× hello', 'added ms')}`)
  console.log('workerd through Miniflare, one connection, one request at a time')
  const inWorkerd = Object.entries({ ...http.checks, ...http.passwords })
  for (const [name, timing] of inWorkerd) console.log(line(name, timing))
  console.log('in this process')
  const inNode = Object.entries({ ...peers.verify, ...peers.passwords })
  for (const [name, timing] of inNode) console.log(line(name, timing))
  const added = (timing: Timing, to: Timing) => (timing.median - to.median) / 1000
  const addedMs = {
    byKey: added(
      http.checks['permission check by secret key'],
      http.checks['hello, carrying a key'],
    ),
    byToken: added(
      http.checks['token verified + permission check'],
      http.checks['hello, carrying a token'],
    ),
  }
  const pass = addedMs.byToken <= LIMIT_MS && addedMs.byKey <= LIMIT_MS
  console.log(
    `A check adds ${addedMs.byKey.toFixed(3)} ms by key and ${addedMs.byToken.toFixed(3)} ms by token (limit ${LIMIT_MS}): ${pass ? 'pass' : 'FAIL'}`,
  )
  console.log(JSON.stringify({ bench: 'auth', http, peers, addedMs, limitMs: LIMIT_MS, pass }))
  return pass
}
