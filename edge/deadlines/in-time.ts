import { within } from './within.ts'

/** Null after the time, or when the question fails: for what is only there to be fast. */
export function inTime<T>(asked: Promise<T | null>, timeoutMs: number): Promise<T | null> {
  return within(timeoutMs, asked).catch(() => null)
}
