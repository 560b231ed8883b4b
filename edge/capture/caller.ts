/** What a capture request tells about its sender, beyond its events. */
export interface Caller {
  receivedAt: number
  /** A secret key vouches for what it says; a write key is public. */
  verified: boolean
  /** The person said no to tracking (GPC or DNT) and the workspace honours it. */
  optedOut: boolean
  /** Whether an opt-out that an event's own context reports counts as well. */
  honourGpc: boolean
  /** Browser requests only: servers send from one place, with a library's user agent. */
  browser: { userAgent: string; country: string | null } | null
}
