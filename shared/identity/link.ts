import type { CapturedEvent } from '#shared/events/captured-event.ts'

/**
 * The identity graph's vocabulary. A node is a device (`d:` anonymous id), a user (`u:` user id), an
 * e-mail address (`e:`) or an account (`g:` group id). Users and addresses are *known*: they name a
 * person; devices only belong to one.
 */
export type Node = string

export type LinkKind =
  /** A user id seen without a device: it exists. */
  | 'known'
  /** A device said it is this user, or has this address. */
  | 'claim'
  /** A previous id is said to be this user. */
  | 'alias'
  /** A user is said to have this address. */
  | 'email'
  /** A device or user belongs to this account. */
  | 'group'

/** One statement somebody made, however often it was repeated. */
export interface Link {
  id: string
  kind: LinkKind
  node: Node
  other: Node
  /** Said with a secret key. What a browser says never merges two known people. */
  verified: boolean
  /** The earliest and the latest time it was said, by (event time, message id). */
  firstAt: number
  firstMessageId: string
  lastAt: number
  lastMessageId: string
}

export const deviceNode = (anonymousId: string): Node => `d:${anonymousId}`
export const userNode = (userId: string): Node => `u:${userId}`
export const emailNode = (email: string): Node => `e:${email}`
export const accountNode = (groupId: string): Node => `g:${groupId}`

/** Loose on purpose: whether mail arrives is not ours to know. */
const EMAIL_PATTERN = /^[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@]{2,}$/

/** A comparable address, or null where the trait is none. */
export function normalizedEmail(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const email = value.trim().toLowerCase()
  return EMAIL_PATTERN.test(email) ? email : null
}

export type LinkEvent = Pick<
  CapturedEvent,
  | 'type'
  | 'messageId'
  | 'occurredAt'
  | 'verified'
  | 'anonymousId'
  | 'userId'
  | 'previousId'
  | 'groupId'
> & { email: string | null }

/** Every statement about identity that one event makes. */
export function linksOf(event: LinkEvent): Link[] {
  const { anonymousId, userId, previousId, groupId } = event
  const device = anonymousId === null ? null : deviceNode(anonymousId)
  const user = userId === null ? null : userNode(userId)
  const email = event.type === 'identify' && event.email !== null ? emailNode(event.email) : null
  const links: Link[] = []
  const say = (kind: LinkKind, node: Node, other: Node) =>
    links.push(linkOf(event, kind, node, other))
  if (device && user) say('claim', device, user)
  else if (user) say('known', user, user)
  if (device && email) say('claim', device, email)
  if (user && email) say('email', user, email)
  if (event.type === 'alias' && user && previousId !== null)
    say('alias', user, deviceNode(previousId))
  if (event.type === 'group' && groupId !== null) {
    if (device) say('group', device, accountNode(groupId))
    if (user) say('group', user, accountNode(groupId))
  }
  return links
}

/** The same statement heard again, in any order. */
export function mergeLinks(a: Link, b: Link): Link {
  const [first, later] = isEarlier(b.firstAt, b.firstMessageId, a.firstAt, a.firstMessageId)
    ? [b, a]
    : [a, b]
  const last = isEarlier(first.lastAt, first.lastMessageId, later.lastAt, later.lastMessageId)
    ? later
    : first
  return { ...first, lastAt: last.lastAt, lastMessageId: last.lastMessageId }
}

export function isEarlier(at: number, id: string, otherAt: number, otherId: string): boolean {
  return at < otherAt || (at === otherAt && id < otherId)
}

function linkOf(event: LinkEvent, kind: LinkKind, node: Node, other: Node): Link {
  return {
    id: `${kind}|${event.verified ? 'v' : 'u'}|${node}|${other}`,
    kind,
    node,
    other,
    verified: event.verified,
    firstAt: event.occurredAt,
    firstMessageId: event.messageId,
    lastAt: event.occurredAt,
    lastMessageId: event.messageId,
  }
}
