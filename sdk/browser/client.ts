import { EventQueue, type QueuedEvent } from './event-queue.ts'
import { captureForms } from './form-listener.ts'
import { createIdentity } from './identity.ts'
import type { Decision, Edgewise, EdgewiseCall, EdgewiseOptions, Properties } from './index.d.ts'
import { contextOf, optedOutContext, optOutOf, pageOf } from './page-context.ts'
import { type Answer, createSender } from './sender.ts'
import { watchNavigation } from './spa-navigation.ts'
import { memoryStore, webStore } from './storage.ts'
import { returnTab, takeTab } from './tab.ts'
import { randomId } from './visitor.ts'

const USER_KEY = 'ew_uid'
const REQUEST_TIMEOUT_MS = 10_000
const DECIDE_TIMEOUT_MS = 1_500

/** Starts the SDK on this page. Nothing it does throws into the page. */
export function createEdgewise(options: EdgewiseOptions): Edgewise {
  const { writeKey, autoPage = true } = options
  const base = options.endpoint.replace(/\/+$/, '')
  const optOut = optOutOf(navigator)
  const store = optOut ? memoryStore() : webStore(() => localStorage)

  /** `text/plain` and no header of our own: the request needs no CORS preflight. */
  const send = (path: string, body: object, timeoutMs: number): Promise<Response> =>
    fetch(base + path, {
      method: 'POST',
      body: JSON.stringify({ ...body, writeKey }),
      headers: { 'Content-Type': 'text/plain' },
      credentials: 'omit',
      keepalive: true,
      signal: AbortSignal.timeout?.(timeoutMs),
    })

  const envelope = (batch: QueuedEvent[]) => ({ batch, sentAt: new Date().toISOString() })
  const tab = optOut ? '' : takeTab()
  const queue = new EventQueue(store, `ew_q:${writeKey}:`, tab, Date.now)
  queue.adopt()

  const sender = createSender({
    queue,
    post: (batch) =>
      send('/v1/b', envelope(batch), REQUEST_TIMEOUT_MS).then<Answer, Answer>(
        ({ status, headers }) => ({ status, retryAfter: headers.get('Retry-After') }),
        () => ({ status: 0, retryAfter: null }),
      ),
    beacon: (batch) =>
      navigator.sendBeacon(`${base}/v1/b`, JSON.stringify({ ...envelope(batch), writeKey })),
    warn: (status) =>
      console.warn(`edgewise: events were refused (${status}). Check data-write-key.`),
  })

  const mint = (timeoutMs: number): Promise<string | null> =>
    send('/v1/visitor', {}, timeoutMs)
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((minted) => minted?.token ?? null)
      .catch(() => null)

  const identity = optOut
    ? null
    : createIdentity(store, mint, ({ id }) => {
        queue.stamp(id)
        sender.soon()
      })
  /** Of one page load only: the protocol wants an id, the edge strips it. */
  const throwaway = optOut ? randomId() : undefined

  let referrer = document.referrer
  let counted: string | undefined

  function enqueue(type: string, fields: Record<string, unknown>): void {
    const page = pageOf(referrer)
    const event: QueuedEvent = {
      type,
      messageId: randomId(),
      timestamp: new Date().toISOString(),
      anonymousId: throwaway ?? identity?.visitor?.id,
      userId: store.get(USER_KEY) ?? undefined,
      context: optOut ? optedOutContext(optOut) : contextOf(page),
      ...fields,
    }
    if (!queue.push(event)) console.warn('edgewise: an event is larger than 32 KB and was dropped.')
    else sender.soon()
  }

  /** A visitor who opted out is counted by page, and nothing else is taken. */
  function unlessOptedOut<T extends unknown[]>(take: (...args: T) => void): (...args: T) => void {
    return optOut ? () => {} : take
  }

  const edgewise: Edgewise = {
    page(name, properties) {
      counted = location.pathname + location.search
      const page = optOut ? {} : { ...pageOf(referrer), ...properties }
      enqueue('page', { name, properties: page })
    },
    track: unlessOptedOut((event: string, properties?: Properties) =>
      enqueue('track', { event, properties }),
    ),
    identify: unlessOptedOut((user: string | Properties | null | undefined, more?: Properties) => {
      const userId = typeof user === 'string' ? user : null
      if (userId) store.set(USER_KEY, userId)
      enqueue('identify', { traits: (userId || !user ? more : user) ?? {} })
    }),
    group: unlessOptedOut((groupId: string, traits?: Properties) =>
      enqueue('group', { groupId, traits }),
    ),
    alias: unlessOptedOut((userId: string, previousId?: string) => {
      enqueue('alias', { userId, previousId: previousId ?? identity?.settle().id })
      store.set(USER_KEY, userId)
    }),
    reset: unlessOptedOut(() => {
      store.remove(USER_KEY)
      identity?.reset()
    }),
    decide,
    push(...calls) {
      for (const call of calls) replay(edgewise, call)
    },
  }

  async function decide(slots: readonly string[]): Promise<Decision> {
    if (!identity) return { kind: 'unavailable', reason: 'opted_out' }
    const { token } = await identity.known()
    if (!token) return { kind: 'unavailable', reason: 'no_token' }
    const page = { path: location.pathname, url: location.href }
    try {
      const answer = await send('/v1/decide', { token, slots, page }, DECIDE_TIMEOUT_MS)
      if (!answer.ok) return { kind: 'unavailable', reason: 'refused', status: answer.status }
      return { kind: 'decided', slots: (await answer.json()).slots }
    } catch {
      return { kind: 'unavailable', reason: 'unreachable' }
    }
  }

  let left = false
  addEventListener('pagehide', () => {
    left = true
    const visitor = identity?.settle()
    if (visitor) queue.stamp(visitor.id)
    sender.leave()
    queue.keep(0)
    if (!optOut) returnTab(tab)
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return
    left = false
    if (!optOut) takeTab()
    if (autoPage) edgewise.page()
    sender.now()
  })
  document.addEventListener('visibilitychange', () => {
    // A closing page is hidden after `pagehide`: sending again then would only repeat.
    if (document.visibilityState === 'hidden' && !left) sender.now()
  })
  addEventListener('online', () => sender.now())
  if (options.forms === 'auto' && !optOut) captureForms(edgewise)
  if (options.spa) {
    watchNavigation((left) => {
      if (location.pathname + location.search === counted) return
      referrer = left
      edgewise.page()
    })
  }
  if (autoPage) edgewise.page()
  return edgewise
}

/** Makes one call of the stub's queue; one that fails does not stop the others. */
function replay(edgewise: Edgewise, call: EdgewiseCall): void {
  try {
    if (typeof call === 'function') {
      call(edgewise)
      return
    }
    const [method, ...args] = call
    const target: unknown = Object.hasOwn(edgewise, method) && Reflect.get(edgewise, method)
    if (typeof target === 'function') Reflect.apply(target, edgewise, args)
  } catch (error) {
    console.error('edgewise:', error)
  }
}
