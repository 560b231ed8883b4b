/** Edgewise for browsers: the public contract of `/e.js` and of the ES module. */

export type Properties = Record<string, unknown>

export interface EdgewiseOptions {
  /** The public write key of the workspace (`ewk_…`). */
  writeKey: string
  /** Origin of the edge, for example `https://edge.example.com`. */
  endpoint: string
  /** `auto`: track every submitted form and identify by its e-mail field. Default: off. */
  forms?: 'auto' | 'off'
  /** Count a page view when a single-page app changes its path or query. Default: false. */
  spa?: boolean
  /** Count the page view of this page load. Default: true. */
  autoPage?: boolean
}

/** What fills one slot; `variant` and `content` are null where the page stays as written. */
export interface SlotVariant {
  variant: string | null
  content: {
    headline?: string
    body?: string
    cta?: { label: string; href: string }
  } | null
}

export type Decision =
  | { kind: 'decided'; slots: Record<string, SlotVariant> }
  | {
      kind: 'unavailable'
      /**
       * `opted_out`: the visitor sends GPC or DNT. `no_token`: the edge could not be asked who this
       * visitor is. `refused`: the edge said no (see the status). `unreachable`: no answer in time.
       */
      reason: 'opted_out' | 'no_token' | 'refused' | 'unreachable'
      status?: number
    }

export interface Edgewise {
  page(name?: string, properties?: Properties): void
  track(event: string, properties?: Properties): void
  identify(userId: string, traits?: Properties): void
  identify(traits: Properties): void
  group(groupId: string, traits?: Properties): void
  /** Says that `userId` is who was `previousId` (default: this visitor's anonymous id). */
  alias(userId: string, previousId?: string): void
  /** Forgets user and visitor on this device, for example after signing out. */
  reset(): void
  /** Asks which variants this visitor gets. Never rejects; waits at most about three seconds. */
  decide(slots: readonly string[]): Promise<Decision>
  /** Takes calls as the stub does: `['track', 'Video Played']` or a function of the client. */
  push(...calls: EdgewiseCall[]): void
}

export type EdgewiseCall = [method: string, ...args: unknown[]] | ((edgewise: Edgewise) => void)

export declare function createEdgewise(options: EdgewiseOptions): Edgewise

declare global {
  interface Window {
    /** Before `/e.js` has loaded an array of calls, afterwards the client. */
    edgewise?: Edgewise | EdgewiseCall[]
  }
}
