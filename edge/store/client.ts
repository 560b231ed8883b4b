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
  return createClient({
    url,
    authToken,
    intMode: 'number',
    fetch: (request: Request) =>
      fetch(new Request(request, { signal: AbortSignal.timeout(timeoutMs) })),
  })
}
