import { type Client, createClient } from '@libsql/client/web'

/** A store that does not answer in this time counts as an unknown outcome: ask again, same batch. */
const STORE_TIMEOUT_MS = 15_000

export type StoreClient = Client

/**
 * A client of one database. Held by whoever is responsible for that one database, never passed across
 * workspaces: isolation is by construction, there is no query that could reach a neighbour.
 */
export function openStore(
  url: string,
  authToken: string,
  timeoutMs = STORE_TIMEOUT_MS,
): StoreClient {
  return open(url, authToken, (request) =>
    fetch(new Request(request, { signal: AbortSignal.timeout(timeoutMs) })),
  )
}

/**
 * As {@link openStore}, for questions alone: a connection that was kept for the next request may be closed by
 * the other side just as it is used, and what changes nothing may be asked a second time.
 */
export function openStoreToAsk(url: string, authToken: string, timeoutMs: number): StoreClient {
  return open(url, authToken, async (request) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const body = await request.text()
    const ask = () => fetch(new Request(request, { body, signal }))
    try {
      return await ask()
    } catch (error) {
      if (signal.aborted) throw error
      return await ask()
    }
  })
}

function open(
  url: string,
  authToken: string,
  send: (request: Request) => Promise<Response>,
): StoreClient {
  return createClient({ url, authToken, intMode: 'number', fetch: send })
}
