import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { tokenDigest } from '#dev/libsql/bearer-token.ts'
import type { ProvidedPerson } from './people.ts'
import { signInPage } from './sign-in-page.ts'

const MAX_FORM_BYTES = 10_000

export const INTERACTION_PATH = '/interaction/'

/** Where the provider asks who somebody is. Whether they agree is not asked: the company decides that. */
export async function answerInteraction(
  provider: Provider,
  people: readonly ProvidedPerson[],
  password: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response)
  if (request.method !== 'POST') {
    const hint = String(params.login_hint ?? '').toLowerCase()
    const chosen = people.find(({ email }) => email === hint)?.login ?? ''
    return send(response, 200, signInPage(people, { chosen, problem: null }))
  }
  const form = new URLSearchParams(await bodyOf(request))
  const login = form.get('login') ?? ''
  const isRight = timingSafeEqual(tokenDigest(form.get('password') ?? ''), tokenDigest(password))
  if (!isRight || !people.some((person) => person.login === login)) {
    const problem = 'The password is wrong.'
    return send(response, 401, signInPage(people, { chosen: login, problem }))
  }
  await provider.interactionFinished(request, response, { login: { accountId: login } })
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > MAX_FORM_BYTES) throw new Error('The form is too large.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  })
  response.end(body)
}
