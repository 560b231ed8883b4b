import { z } from 'zod'
import type { SessionState } from '#rpc/session.ts'
import type { Authorization, EdgeOAuth, Tokens } from './edge-oauth.ts'
import { type KeptSession, Me, readKept } from './kept-session.ts'
import { type LoopbackAnswer, loopbackAnswer } from './loopback-answer.ts'
import type { SessionVault } from './vault.ts'

/** A token is not used in its last minute: it would expire on the way. */
const SPARE_MS = 60_000
const ME_TIMEOUT_MS = 20_000

/** What goes into the header `authorization`, or why nothing does. */
export type Proof =
  | { kind: 'bearer'; token: string }
  | { kind: 'unreachable'; reason: string }
  | { kind: 'signed_out' }

/** How the console proves to the edge who asks. */
export interface EdgeIdentity {
  proof(): Promise<Proof>
  /** Where the person proves again who they are, for this session; null where nobody is asked to. */
  readonly confirmUrl: string | null
  /**
   * What the edge said to a proof: the code of a problem with status 401 or 403.
   *
   * @returns whether the same request may be sent again with a new proof
   */
  refused(code: string): Promise<boolean>
}

export interface SessionDeps {
  edgeUrl: string
  oauth: EdgeOAuth
  vault: SessionVault
  fetch: typeof fetch
  now: () => number
  onState: (state: SessionState) => void
}

const ENDED: Readonly<Record<string, string>> = {
  signed_out: 'This console was signed out.',
  deactivated: 'Your account is deactivated. Ask an admin of the workspace.',
  not_a_member: 'You are no longer a member of this workspace.',
  role_removed: 'Your role was removed. Ask an admin of the workspace for another.',
  second_factor_missing: 'The workspace asks for a second factor now. Sign in again with one.',
}

/** Codes that say nothing of the session, but that another role would have been heard. */
const BEYOND_ROLE = ['not_in_role', 'above_you']

/** Codes after which a new token may be taken where the old one was not. */
const OLD_TOKEN = ['token_expired', 'token_refused']

/** The person who is signed in to this console, with the tokens that prove it. */
export class Session implements EdgeIdentity {
  readonly #deps: SessionDeps
  #kept: KeptSession | null
  #tokens: Tokens | null = null
  #refreshing: Promise<Proof> | null = null
  #listening: LoopbackAnswer | null = null
  #state: SessionState

  constructor(deps: SessionDeps) {
    this.#deps = deps
    this.#kept = readKept(deps.vault.load(), this.#origin)
    this.#state = this.#kept ? this.#signedIn(this.#kept.me) : { name: 'signed_out', reason: null }
  }

  get state(): SessionState {
    return this.#state
  }

  /** Whose replica it is; null while nobody is signed in. */
  get owner(): { userId: string; workspaceId: string } | null {
    const me = this.#kept?.me
    return me ? { userId: me.userId, workspaceId: me.workspace.id } : null
  }

  /** Whether the role, as it was last heard of, carries a permission. */
  may(permission: string): boolean {
    return this.#kept?.me.permissions.some((granted) => granted.permission === permission) ?? false
  }

  get confirmUrl(): string | null {
    const me = this.#kept?.me
    if (!me) return null
    const url = new URL('/account/confirm', this.#deps.edgeUrl)
    url.searchParams.set('session', me.sessionId)
    return url.href
  }

  /**
   * Begins to sign in.
   *
   * @returns the address to open in the system's browser
   * @throws what discovery throws when the edge cannot be reached
   */
  async begin(): Promise<string> {
    this.cancel()
    let authorization: Authorization | null = null
    const listening = await loopbackAnswer(async (answer) => {
      if (!authorization) return 'The console is not ready. Please try again.'
      return (await this.#finish(answer, authorization))
        ? 'You are signed in. You can close this page and go back to Edgewise.'
        : 'That did not work. Go back to Edgewise and try again.'
    })
    try {
      authorization = await this.#deps.oauth.begin(listening.redirectUri)
    } catch (error) {
      listening.close()
      throw error
    }
    this.#listening = listening
    this.#become({ name: 'signing_in', url: authorization.url, problem: null })
    return authorization.url
  }

  /** Stops waiting for the browser. */
  cancel(): void {
    this.#listening?.close()
    this.#listening = null
    if (this.#state.name === 'signing_in') this.#become({ name: 'signed_out', reason: null })
  }

  async signOut(): Promise<void> {
    const token = this.#kept?.refreshToken
    await this.#end(null)
    if (token) await this.#deps.oauth.revoke(token)
  }

  close(): void {
    this.#listening?.close()
  }

  proof(): Promise<Proof> {
    const tokens = this.#tokens
    if (tokens && tokens.expiresAt - this.#deps.now() > SPARE_MS) {
      return Promise.resolve({ kind: 'bearer', token: tokens.accessToken })
    }
    // One at a time: a second refresh with the same token would look like a thief's.
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
  }

  async refused(code: string): Promise<boolean> {
    const ended = ENDED[code]
    if (ended !== undefined) {
      await this.#end(ended)
      return false
    }
    if (BEYOND_ROLE.includes(code)) await this.#hearAgain()
    if (!OLD_TOKEN.includes(code)) return false
    this.#tokens = null
    return (await this.proof()).kind === 'bearer'
  }

  /** The edge says that the person may do other things now: asks what. */
  async accessIs(access: { role: string; permissions: readonly string[] }): Promise<void> {
    const me = this.#kept?.me
    const known = me?.permissions.map(({ permission }) => permission) ?? []
    const isKnown = me?.role === access.role && known.join() === access.permissions.join()
    if (me && !isKnown) await this.#hearAgain()
  }

  async #refresh(): Promise<Proof> {
    const kept = this.#kept
    if (!kept) return { kind: 'signed_out' }
    const answer = await this.#deps.oauth.refresh(kept.refreshToken)
    if (answer.kind === 'unreachable') return answer
    if (answer.kind === 'refused') {
      await this.#end('This console was signed out. Please sign in again.')
      return { kind: 'signed_out' }
    }
    const { tokens } = answer
    // Somebody may have signed out while the answer was on its way; it must not bring them back.
    if (this.#kept !== kept) return { kind: 'signed_out' }
    const renewed = { ...kept, refreshToken: tokens.refreshToken }
    await this.#keepIfPossible(renewed, tokens)
    const me = await this.#askMe(tokens.accessToken)
    if (this.#kept !== renewed) return { kind: 'signed_out' }
    if (me) {
      await this.#keepIfPossible({ ...renewed, me }, tokens)
      this.#become(this.#signedIn(me))
    }
    return { kind: 'bearer', token: tokens.accessToken }
  }

  /** The role has changed since it was asked for: what is offered must follow. */
  async #hearAgain(): Promise<void> {
    const tokens = this.#tokens
    const me = tokens && (await this.#askMe(tokens.accessToken))
    if (!me || !this.#kept || this.#tokens !== tokens) return
    await this.#keepIfPossible({ ...this.#kept, me }, tokens)
    this.#become(this.#signedIn(me))
  }

  async #finish(answer: URL, authorization: Authorization): Promise<boolean> {
    const given = await this.#deps.oauth.finish(answer, authorization)
    this.#listening = null
    const failed = (problem: string): false => {
      this.#become({ name: 'signed_out', reason: problem })
      return false
    }
    if (given.kind !== 'tokens') return failed(given.reason)
    const me = await this.#askMe(given.tokens.accessToken)
    if (!me) return failed('The edge did not say who you are. Please try again.')
    const { refreshToken } = given.tokens
    try {
      await this.#keep({ version: 1, edgeOrigin: this.#origin, refreshToken, me }, given.tokens)
    } catch {
      return failed('The session could not be kept on this computer. Check that its disk has room.')
    }
    this.#become(this.#signedIn(me))
    return true
  }

  async #keep(kept: KeptSession, tokens: Tokens): Promise<void> {
    await this.#deps.vault.save(JSON.stringify(kept))
    this.#kept = kept
    this.#tokens = tokens
  }

  /** A full disk does not sign out who is working; at worst the next start asks to sign in again. */
  async #keepIfPossible(kept: KeptSession, tokens: Tokens): Promise<void> {
    this.#kept = kept
    this.#tokens = tokens
    await this.#deps.vault.save(JSON.stringify(kept)).catch(() => undefined)
  }

  async #end(reason: string | null): Promise<void> {
    this.#kept = null
    this.#tokens = null
    // What cannot be removed is worth nothing any more: the edge has ended it, or is about to.
    await this.#deps.vault.clear().catch(() => undefined)
    this.#become({ name: 'signed_out', reason })
  }

  async #askMe(token: string): Promise<Me | null> {
    try {
      const response = await this.#deps.fetch(new URL('/api/v1/me', this.#deps.edgeUrl), {
        headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(ME_TIMEOUT_MS),
      })
      const read = Me.safeParse(response.ok ? await response.json() : null)
      return read.success ? read.data : null
    } catch {
      return null
    }
  }

  #signedIn({ email, name, role, workspace, permissions }: Me): SessionState {
    const accountUrl = new URL('/account', this.#deps.edgeUrl).href
    return { name: 'signed_in', email, person: name, role, workspace, permissions, accountUrl }
  }

  get #origin(): string {
    return new URL(this.#deps.edgeUrl).origin
  }

  #become(state: SessionState): void {
    this.#state = state
    this.#deps.onState(state)
  }
}

const Coded = z.object({ code: z.string() })

/** The code of a problem; empty where there is none. */
export function codeOf(body: unknown): string {
  const read = Coded.safeParse(body)
  return read.success ? read.data.code : ''
}

/** A secret key, for automation: it is what it is. */
export function keyIdentity(secretKey: string): EdgeIdentity {
  return {
    proof: async () => ({ kind: 'bearer', token: secretKey }),
    confirmUrl: null,
    refused: async () => false,
  }
}
