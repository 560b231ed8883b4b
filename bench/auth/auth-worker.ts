import { authorize } from '#edge/access/authorize.ts'
import { readMemberAccess } from '#edge/access/member-access.ts'
import { apiApp, guarded } from '#edge/api/api-app.ts'
import type { Env } from '#edge/env.ts'
import { hashPassword, verifyPassword } from '#edge/identity/passwords/hash-password.ts'
import { accessTokenOf, newAccessToken } from '#edge/identity/tokens/edge-tokens.ts'
import { controlStore } from '#edge/tenancy/directory-of.ts'

type Bindings = Pick<
  Env,
  'CONTROL_DB_URL' | 'STORE_AUTH_TOKEN' | 'SIGNING_SECRET' | 'SEALING_KEYS' | 'PUBLIC_URL'
>

let known: Env | null = null

/** The real check over the real store; only the hub's own memory is left out, asked once in 15 s. */
function envOf(bindings: Bindings): Env {
  known ??= Object.assign({}, bindings, {
    WORKSPACE_HUB: {
      getByName: (workspaceId: string) => ({
        memberAccess: (sessionId: string) =>
          readMemberAccess(controlStore(envOf(bindings)), workspaceId, sessionId, Date.now()),
      }),
    },
  }) as unknown as Env
  return known
}

const hello = () => new Response('hello')
const app = apiApp()
app.get('/routed', hello)
app.get('/guarded', guarded('stats:read').middleware, hello)

const PASSWORD = 'correct horse battery staple 9'
let hash: string | null = null

export default {
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    const env = envOf(bindings)
    const { pathname, searchParams } = new URL(request.url)
    switch (pathname) {
      case '/hello':
        return hello()
      case '/check':
        await authorize(env, request, 'stats:read')
        return hello()
      case '/verify': {
        const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? ''
        const checked = await accessTokenOf(env, request.url, token)
        return checked.kind === 'valid' ? hello() : new Response(checked.kind, { status: 401 })
      }
      case '/token': {
        const subject = {
          userId: searchParams.get('user') ?? '',
          sessionId: searchParams.get('session') ?? '',
          workspaceId: searchParams.get('workspace') ?? '',
          clientId: 'edgewise-console',
        }
        const issuer = new URL(request.url).origin
        return new Response(await newAccessToken(env, issuer, subject))
      }
      case '/password': {
        hash ??= await hashPassword(PASSWORD)
        const { ok } = await verifyPassword(PASSWORD, hash)
        return ok ? hello() : new Response('wrong', { status: 401 })
      }
      default:
        return app.fetch(request, env)
    }
  },
}
