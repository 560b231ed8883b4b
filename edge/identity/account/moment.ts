import type { Language } from '../pages/language.ts'

/** A moment for people. In UTC, and said so: the edge does not know where its reader is. */
export function momentIn(language: Language, atMs: number): string {
  const text = new Date(atMs).toLocaleString(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  return `${text} UTC`
}
