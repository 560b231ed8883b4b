import type { KeyValueStore } from './storage.ts'
import { parseVisitor, randomId, VISITOR_KEY, type Visitor, visitorInCookie } from './visitor.ts'

const COOKIE_MAX_AGE_S = 365 * 86_400
const MINT_TIMEOUT_MS = 1_500

export interface Identity {
  /** Null while the edge is being asked. */
  readonly visitor: Visitor | null
  known(): Promise<Visitor>
  /** Ends the waiting: an id made up here is better than losing events on a closing page. */
  settle(): Visitor
  reset(): void
}

/**
 * Who this browser is: the edge's cookie, else what was stored before, else a new visitor from the
 * edge, else (no answer within 1.5 s) an id of our own, which no decision can be asked for.
 *
 * @param mint asks the edge for a signed visitor token; null when it has none to give
 * @param onKnown called whenever a visitor becomes known
 */
export function createIdentity(
  store: KeyValueStore,
  mint: (timeoutMs: number) => Promise<string | null>,
  onKnown: (visitor: Visitor) => void,
): Identity {
  let visitor: Visitor | null
  let waiting: Promise<Visitor>
  let resolve: (visitor: Visitor) => void

  function start(): void {
    const inCookie = visitorInCookie(document.cookie)
    visitor = inCookie ?? parseVisitor(store.get(VISITOR_KEY))
    waiting = new Promise((done) => {
      resolve = done
    })
    if (visitor) {
      become(visitor)
      return
    }
    const asked = waiting
    mint(MINT_TIMEOUT_MS).then((token) => {
      // A late answer must not replace who this visitor has become meanwhile.
      if (visitor || asked !== waiting) return
      const minted = parseVisitor(token)
      if (minted) remember(minted)
      else settle()
    })
  }

  function become(known: Visitor): void {
    visitor = known
    resolve(known)
    onKnown(known)
  }

  function remember(fresh: Visitor): void {
    store.set(VISITOR_KEY, fresh.token ?? fresh.id)
    become(fresh)
  }

  function settle(): Visitor {
    if (visitor) return visitor
    const local = { id: randomId(), token: null }
    remember(local)
    return local
  }

  const identity: Identity = {
    get visitor() {
      return visitor
    },
    known: () => waiting,
    settle,
    reset() {
      settle()
      const viaCookie = visitorInCookie(document.cookie)
      setCookie('', 0)
      store.remove(VISITOR_KEY)
      start()
      // Where the edge serves the pages, its cookie must name the new visitor too.
      if (viaCookie) waiting.then(({ token }) => token && setCookie(token, COOKIE_MAX_AGE_S))
    },
  }
  start()
  return identity
}

function setCookie(value: string, maxAgeS: number): void {
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and on http
  document.cookie = `${VISITOR_KEY}=${value}; Path=/; Max-Age=${maxAgeS}; SameSite=Lax${secure}`
}
