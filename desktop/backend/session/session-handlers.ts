import { RpcError } from '#rpc/rpc-error.ts'
import type { RpcHandlers } from '#rpc/server.ts'
import type { Session } from './session.ts'

type SessionMethods = 'session.get' | 'session.signIn' | 'session.cancel' | 'session.signOut'

/** @param session null where a secret key stands in for a person */
export function sessionHandlers(session: Session | null): Pick<RpcHandlers, SessionMethods> {
  return {
    'session.get': async () => session?.state ?? { name: 'by_key' },
    'session.signIn': async () => {
      if (!session) throw byKey()
      try {
        return { url: await session.begin() }
      } catch {
        throw new RpcError({
          kind: 'failed',
          message: 'The edge cannot be reached, and signing in needs it.',
          next: 'Try again when it answers.',
        })
      }
    },
    'session.cancel': async () => {
      session?.cancel()
      return {}
    },
    'session.signOut': async () => {
      await session?.signOut()
      return {}
    },
  }
}

const byKey = (): RpcError =>
  new RpcError({
    kind: 'failed',
    message: 'This console was started with a secret key.',
    next: 'Start it without EDGEWISE_SECRET_KEY to sign in as a person.',
  })
