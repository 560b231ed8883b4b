/** A key in the headers: Basic with the key as user name (Segment), Bearer (ours), X-Write-Key (Jitsu). */
export function keyOfHeaders(headers: Headers): string | null {
  const authorization = headers.get('authorization')
  if (!authorization) return headers.get('x-write-key')
  const [scheme = '', credentials = ''] = authorization.split(' ', 2)
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials
    case 'basic':
      return userNameOf(credentials)
    default:
      return null
  }
}

function userNameOf(credentials: string): string | null {
  try {
    return atob(credentials).split(':', 1)[0] ?? null
  } catch {
    return null
  }
}
