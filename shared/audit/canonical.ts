import canonicalize from 'canonicalize'

/**
 * The one text of a JSON value (RFC 8785): what means the same has the same hash.
 *
 * @throws TypeError for what is no JSON
 */
export function canonical(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('Only JSON values have a canonical text.')
  return text
}
