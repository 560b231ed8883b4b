import type { LibSQLDatabase } from 'drizzle-orm/libsql'
import { drizzle } from 'drizzle-orm/libsql/web'
import type { StoreClient } from './client.ts'

/** Drizzle's query builder, for the reads of the API and the directory; other paths write their SQL. */
export type StoreQuery = LibSQLDatabase

export function queryOf(store: StoreClient): StoreQuery {
  return drizzle(store)
}
