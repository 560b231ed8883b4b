/** Why something is changed, in a person's words, for the audit log: percent-encoded, for a header is ASCII. */
export const REASON_HEADER = 'edgewise-reason'

export const MAX_REASON_CHARS = 500

export type ReadReason =
  | { kind: 'none' }
  | { kind: 'given'; reason: string }
  | { kind: 'refused'; why: string }

/** @param header as it came; null where none did */
export function readReason(header: string | null): ReadReason {
  if (header === null) return { kind: 'none' }
  let reason: string
  try {
    reason = decodeURIComponent(header).trim()
  } catch {
    return { kind: 'refused', why: 'The reason is not percent-encoded UTF-8.' }
  }
  if (reason === '') return { kind: 'none' }
  if (reason.length > MAX_REASON_CHARS) {
    return { kind: 'refused', why: `The reason has more than ${MAX_REASON_CHARS} characters.` }
  }
  return { kind: 'given', reason }
}

/** @param reason what somebody wrote; nothing for no header, and half a surrogate pair is replaced */
export function reasonHeader(reason: string | undefined): Record<string, string> {
  const words = reason?.trim() ?? ''
  return words === '' ? {} : { [REASON_HEADER]: encodeURIComponent(words.toWellFormed()) }
}
