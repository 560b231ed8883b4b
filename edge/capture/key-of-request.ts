/** A key in the headers: Basic with the key as user name (Segment), Bearer (ours), X-Write-Key (Jitsu). */
export function keyOfHeaders(headers: Headers): string | null {
  return keyOfAuthorization(headers.get('authorization')) ?? (headers.get('x-write-key') || null)
}

function keyOfAuthorization(authorization: string | null): string | null {
  const [scheme = '', credentials = ''] = authorization?.trim().split(/\s+/, 2) ?? []
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials || null
    case 'basic':
      return userNameOf(credentials)
    default:
      return null
  }
}

/** An empty user name is no key: clients that carry theirs in the body send `Basic Og==` (":"). */
function userNameOf(credentials: string): string | null {
  try {
    return atob(credentials).split(':', 1)[0] || null
  } catch {
    return null
  }
}
