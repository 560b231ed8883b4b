import { isEarlier, type Link, type Node } from './link.ts'

export interface ResolvedPerson {
  personId: string
  /** The known nodes and devices of this person, sorted. */
  nodes: Node[]
  /** The account this person belongs to, or null. */
  accountId: string | null
}

/**
 * Who is who, decided from the whole set of statements at once, so that their order of arrival cannot
 * matter. See docs/decisions/0005-identity-graph.md.
 *
 * 1. Two known nodes are one person only if a verified statement says so, or if an address is said by
 *    one user alone and by no device that did not also say that user.
 * 2. A device belongs to the person of its best claim: verified before unverified, then the earliest.
 *    On a shared device the first to sign in keeps it.
 * 3. An alias to an id that is not a known user is a claim of a device; to a known user it merges only
 *    if verified.
 *
 * @param links a closed set: every statement that touches any node in it
 * @param undone ids of statements that a person has taken back; they count as never said
 */
export function resolvePersons(
  links: Iterable<Link>,
  undone: ReadonlySet<string>,
): ResolvedPerson[] {
  const said = [...links].filter((link) => !undone.has(link.id))
  const known = knownNodes(said)
  const claims = said.flatMap((link) => claimOf(link, known))
  const groups = new DisjointSets([...known.keys()])
  for (const link of said) {
    if (joinsKnown(link, known, said, claims)) groups.join(link.node, knownOtherOf(link))
  }
  const deviceOwners = new Map<Node, Claim>()
  for (const claim of claims) {
    const best = deviceOwners.get(claim.device)
    if (!best || isBetter(claim, best)) deviceOwners.set(claim.device, claim)
  }
  const members = new Map<Node, Node[]>()
  const addTo = (root: Node, node: Node) => {
    const own = members.get(root)
    if (own) own.push(node)
    else members.set(root, [node])
  }
  for (const node of known.keys()) addTo(groups.root(node), node)
  for (const [device, claim] of deviceOwners) addTo(groups.root(claim.known), device)
  return [...members.values()]
    .map((nodes) => ({
      personId: personIdOf(nodes, known),
      nodes: nodes.sort(),
      accountId: accountOf(nodes, said),
    }))
    .sort((a, b) => (a.personId < b.personId ? -1 : 1))
}

/**
 * Devices that an alias said with a secret key counts as a claim of. Whose they are is rule 2's to say.
 *
 * @param links a closed set, as for `resolvePersons`
 */
export function vouchedDevices(links: Iterable<Link>, undone: ReadonlySet<string>): Set<Node> {
  const said = [...links].filter((link) => !undone.has(link.id))
  const known = knownNodes(said)
  const aliases = said.filter((link) => link.kind === 'alias' && link.verified)
  return new Set(aliases.flatMap((link) => claimOf(link, known)).map((claim) => claim.device))
}

interface Mention {
  at: number
  messageId: string
}

interface Claim extends Mention {
  device: Node
  known: Node
  verified: boolean
}

function isKnown(node: Node): boolean {
  return node.startsWith('u:') || node.startsWith('e:')
}

/** Users and addresses with the first time each was mentioned. */
function knownNodes(links: readonly Link[]): Map<Node, Mention> {
  const known = new Map<Node, Mention>()
  for (const link of links) {
    for (const node of [link.node, link.other]) {
      if (!isKnown(node)) continue
      const first = known.get(node)
      if (!first || isEarlier(link.firstAt, link.firstMessageId, first.at, first.messageId)) {
        known.set(node, { at: link.firstAt, messageId: link.firstMessageId })
      }
    }
  }
  return known
}

/** The user node that an alias' previous id would be. */
function previousUser(link: Link): Node {
  return `u:${link.other.slice(2)}`
}

function knownOtherOf(link: Link): Node {
  return link.kind === 'alias' ? previousUser(link) : link.other
}

function claimOf(link: Link, known: ReadonlyMap<Node, Mention>): Claim[] {
  const claim = { at: link.firstAt, messageId: link.firstMessageId, verified: link.verified }
  if (link.kind === 'claim') return [{ ...claim, device: link.node, known: link.other }]
  if (link.kind === 'alias' && !known.has(previousUser(link))) {
    return [{ ...claim, device: link.other, known: link.node }]
  }
  return []
}

function joinsKnown(
  link: Link,
  known: ReadonlyMap<Node, Mention>,
  said: readonly Link[],
  claims: readonly Claim[],
): boolean {
  if (link.kind === 'alias') return link.verified && known.has(previousUser(link))
  if (link.kind !== 'email') return false
  if (link.verified) return true
  const saidByOthers = said.some(
    (other) => other.kind === 'email' && other.other === link.other && other.node !== link.node,
  )
  if (saidByOthers) return false
  const ownDevices = new Set(claims.filter((c) => c.known === link.node).map((c) => c.device))
  return claims.every((c) => c.known !== link.other || ownDevices.has(c.device))
}

function isBetter(claim: Claim, best: Claim): boolean {
  if (claim.verified !== best.verified) return claim.verified
  if (claim.at !== best.at || claim.messageId !== best.messageId) {
    return isEarlier(claim.at, claim.messageId, best.at, best.messageId)
  }
  // One event that names both a user and an address: the user id is the stronger name.
  return claim.known > best.known
}

/** Named after the node that was mentioned first, so that a person keeps its id as it grows. */
function personIdOf(nodes: readonly Node[], known: ReadonlyMap<Node, Mention>): string {
  let first: { node: Node; mention: Mention } | null = null
  for (const node of nodes) {
    const mention = known.get(node)
    if (!mention) continue
    if (
      !first ||
      isEarlier(mention.at, mention.messageId, first.mention.at, first.mention.messageId) ||
      (mention.at === first.mention.at &&
        mention.messageId === first.mention.messageId &&
        node > first.node)
    ) {
      first = { node, mention }
    }
  }
  return `p_${hash64(first?.node ?? nodes[0] ?? '')}`
}

function accountOf(nodes: readonly Node[], said: readonly Link[]): string | null {
  const own = new Set(nodes)
  let best: Link | null = null
  for (const link of said) {
    if (link.kind === 'group' && own.has(link.node) && (!best || isFresher(link, best))) best = link
  }
  return best ? best.other.slice(2) : null
}

function isFresher(link: Link, best: Link): boolean {
  if (link.verified !== best.verified) return link.verified
  if (link.lastAt === best.lastAt && link.lastMessageId === best.lastMessageId) {
    return link.other < best.other
  }
  return isEarlier(best.lastAt, best.lastMessageId, link.lastAt, link.lastMessageId)
}

class DisjointSets {
  readonly #parent: Map<Node, Node>

  constructor(nodes: readonly Node[]) {
    this.#parent = new Map(nodes.map((node) => [node, node]))
  }

  root(node: Node): Node {
    let at = node
    for (;;) {
      const parent = this.#parent.get(at) ?? at
      if (parent === at) return at
      at = parent
    }
  }

  join(a: Node, b: Node): void {
    this.#parent.set(this.root(a), this.root(b))
  }
}

/** 64 bits of FNV-1a in two seeds: an id that does not spell out the address it came from. */
function hash64(text: string): string {
  return fnv1a(text, 0x811c9dc5) + fnv1a(text, 0x01234567)
}

function fnv1a(text: string, seed: number): string {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
