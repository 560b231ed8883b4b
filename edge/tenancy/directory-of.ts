import { waitUntil } from 'cloudflare:workers'
import type { Env } from '../env.ts'
import { openStore, openStoreToAsk, type StoreClient } from '../store/client.ts'
import { Directory } from './directory.ts'
import { SiteCopies } from './site-copies.ts'

/** Each call waits for its key to be checked, and a write key in its time of grace need not wait longer. */
const CHECK_TIMEOUT_MS = 5_000

const directories = new Map<string, Directory>()

/** The isolate's one directory of a control database. */
export function directoryOf(env: Env): Directory {
  const url = env.CONTROL_DB_URL
  const known = directories.get(url)
  if (known) return known
  const directory = new Directory(
    () => controlToAsk(env),
    new SiteCopies(env.CONFIG, (work) => waitUntil(work), Date.now),
  )
  directories.set(url, directory)
  return directory
}

/**
 * A client of the control database for one request. As patient as with any store: an isolate that hashes the
 * passwords of several people notices answers seconds after they came.
 */
export function controlStore(env: Env): StoreClient {
  return openStore(env.CONTROL_DB_URL, env.STORE_AUTH_TOKEN)
}

/** For checking keys, sites and sessions, which only asks: a lost connection is not the end of it. */
export function controlToAsk(env: Env): StoreClient {
  return openStoreToAsk(env.CONTROL_DB_URL, env.STORE_AUTH_TOKEN, CHECK_TIMEOUT_MS)
}
