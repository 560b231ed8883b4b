/** What a capture request tells about its sender, beyond its events. */
export interface Caller {
  receivedAt: number
  /** A secret key vouches for what it says; a write key is public. */
  verified: boolean
  /** The person said no to tracking (GPC or DNT) and the workspace honours it. */
  optedOut: boolean
  /** Browser requests only: servers send from one place, with a library's user agent. */
  browser: { userAgent: string; country: string | null } | null
}

export function callerOf(
  request: Request,
  options: { receivedAt: number; verified: boolean; honourGpc: boolean },
): Caller {
  const headers = request.headers
  const saidNo = headers.get('sec-gpc') === '1' || headers.get('dnt') === '1'
  const isBrowser = headers.has('origin') || headers.has('sec-fetch-site')
  const country = request.cf?.country
  return {
    receivedAt: options.receivedAt,
    verified: options.verified,
    optedOut: options.honourGpc && saidNo,
    browser: isBrowser
      ? {
          userAgent: headers.get('user-agent') ?? '',
          country: typeof country === 'string' ? country : null,
        }
      : null,
  }
}
