import { strictlyDecoded } from './strict-base64url.ts'

/** A byte order mark is no JSON, and is not to be skipped. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * The protected header of a JWS in compact form (RFC 7515, 7.1), before anything is verified; null for
 * what is not spelled exactly as a signer spells it. Libraries decode leniently: spaces, padding and stray
 * bits behind the last character change the text but not the bytes, so that one signature would stand for
 * many tokens. Here each part must be what its own bytes encode to.
 *
 * @param maxChars longer ones are refused before anything is decoded
 */
export function headerOfCompactJws(
  token: string,
  maxChars: number,
): Readonly<Record<string, unknown>> | null {
  if (token.length > maxChars || !SHAPE.test(token)) return null
  const [header, ...rest] = token.split('.').map(strictlyDecoded)
  if (!header || rest.includes(null)) return null
  try {
    const parsed: unknown = JSON.parse(UTF8.decode(header))
    return isObject(parsed) ? parsed : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
