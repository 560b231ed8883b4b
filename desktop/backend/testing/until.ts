import { setTimeout as sleep } from 'node:timers/promises'

const CHECK_EVERY_MS = 20
const LONGEST_WAIT_MS = 30_000

/** Waits until `read` gives something other than undefined, null or false, and returns it. */
export const until = async <T>(
  what: string,
  read: () => Promise<T | undefined | null | false> | T | undefined | null | false,
): Promise<T> => {
  const end = Date.now() + LONGEST_WAIT_MS
  for (;;) {
    const value = await read()
    if (value !== undefined && value !== null && value !== false) return value
    if (Date.now() > end) throw new Error(`Waited ${LONGEST_WAIT_MS} ms in vain until ${what}`)
    await sleep(CHECK_EVERY_MS)
  }
}
