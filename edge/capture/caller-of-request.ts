import { saysNo } from '../personalize/opt-out.ts'
import type { Caller } from './caller.ts'

export function callerOfRequest(
  request: Request,
  options: { receivedAt: number; verified: boolean; honourGpc: boolean },
): Caller {
  const headers = request.headers
  const isBrowser = headers.has('origin') || headers.has('sec-fetch-site')
  const country = request.cf?.country
  return {
    ...options,
    optedOut: options.honourGpc && saysNo(headers),
    browser: isBrowser
      ? {
          userAgent: headers.get('user-agent') ?? '',
          country: typeof country === 'string' ? country : null,
        }
      : null,
  }
}
